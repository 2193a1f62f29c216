"""Compare a text in Twilio's list with the one that was sent."""

import unicodedata

# What Twilio prepends to the texts of a trial account.
TRIAL = "Sent from your Twilio trial account - "
_INVISIBLE = {"Cc", "Cf", "Zs", "Zl", "Zp"}
_DASH, _QUOTE = "-", "'"
# Characters that Twilio replaces with others, including some letters.
_ALIKE = {"Pd": _DASH, "Pi": _QUOTE, "Pf": _QUOTE, "Lm": _QUOTE}
_QUOTES = "\"'`\u201a\u201e\u2032\u275b\u275c\u275d\u275e\u301d\u301e"
_CLICKS = "\u01c0\u01c1\u01c2\u01c3"


def is_same_text(theirs: str, ours: str) -> bool | None:
    """Whether a listed text is ours: False only if it certainly isn't, None if that is unclear.

    Twilio may have redacted it, prepended text, dropped spaces, or replaced typographic characters:
    https://www.twilio.com/docs/messaging/services/smart-encoding-char-list. What a trial account
    prepends today is not documented, so other words in front prove nothing.
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
    # Only symbols: a text that ends in a letter can't be ours, whatever they were replaced with.
    return False if wanted and _letters(listed[-1]) else None


def _visible(text: str) -> str:
    """Return the visible characters without spaces, mapping interchangeable ones to one form."""
    signs = unicodedata.normalize("NFKD", text)
    return "".join(_known(sign) for sign in signs if unicodedata.category(sign) not in _INVISIBLE)


def _known(sign: str) -> str:
    return _QUOTE if sign in _QUOTES else _ALIKE.get(unicodedata.category(sign), sign)


def _letters(text: str) -> str:
    """Return the letters and digits of a text, which Twilio never changes."""
    signs = unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in signs if _is_letter(sign))


def _is_letter(sign: str) -> bool:
    category = unicodedata.category(sign)
    return category[0] in "LN" and category != "Lm" and sign not in _CLICKS
