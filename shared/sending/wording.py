"""Whether a text in Twilio's list is the one that was sent, as far as its words tell."""

import unicodedata

# What Twilio puts before the texts of a trial account.
TRIAL = "Sent from your Twilio trial account - "
_INVISIBLE = {"Cc", "Cf", "Zs", "Zl", "Zp"}
_DASH, _QUOTE = "-", "'"
# Signs that stand for others. Twilio takes some letters for such signs, too.
_ALIKE = {"Pd": _DASH, "Pi": _QUOTE, "Pf": _QUOTE, "Lm": _QUOTE}
_QUOTES = "\"'`\u201a\u201e\u2032\u275b\u275c\u275d\u275e\u301d\u301e"
_CLICKS = "\u01c0\u01c1\u01c2\u01c3"


def is_same_text(theirs: str, ours: str) -> bool | None:
    """Whether a listed text is ours; False only where it surely is not, None where that is open.

    Twilio may have redacted it, put words before it, dropped blanks, or replaced typographic signs:
    https://www.twilio.com/docs/messaging/services/smart-encoding-char-list. Whether a trial account
    still gets that sentence, and which, is not documented: other words before it are no proof.
    """
    if theirs in (ours, TRIAL + ours):
        return True
    wanted, listed = _visible(ours), _visible(theirs)
    if not listed:
        return None
    if not ours:  # media alone
        return False
    if wanted and listed in (wanted, _visible(TRIAL) + wanted):
        return True
    if ours.isascii() and theirs.isascii():
        return None if listed.endswith(wanted) else False
    letters = _letters(ours)
    if letters:
        return None if _letters(theirs).endswith(letters) else False
    # Signs alone: what ends in a letter does not end in them, whatever became of them.
    return False if wanted and _letters(listed[-1]) else None


def _visible(text: str) -> str:
    """What is to be seen of a text, without blanks; signs that replace one another are the same."""
    signs = unicodedata.normalize("NFKD", text)
    return "".join(_known(sign) for sign in signs if unicodedata.category(sign) not in _INVISIBLE)


def _known(sign: str) -> str:
    return _QUOTE if sign in _QUOTES else _ALIKE.get(unicodedata.category(sign), sign)


def _letters(text: str) -> str:
    """The letters and digits of a text, which Twilio never changes."""
    signs = unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in signs if _is_letter(sign))


def _is_letter(sign: str) -> bool:
    category = unicodedata.category(sign)
    return category[0] in "LN" and category != "Lm" and sign not in _CLICKS
