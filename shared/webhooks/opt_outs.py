"""What Twilio's requests tell of opt-outs: texts that come in, and reports on texts that failed.

Twilio itself keeps the opt-outs, answers STOP, START and HELP, and refuses what is sent in spite of
one. The app remembers them to refuse sooner, with a clear answer.
https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out
"""

from shared import clients
from shared.guard_errors import OPTED_OUT
from shared.phone_numbers import E164
from shared.webhooks.verifier import Webhook

# Twilio's default words; a text counts when it has nothing else, in any case.
OPT_IN_WORDS = frozenset({"START", "YES", "UNSTOP"})


def is_answered_by_twilio(text: Webhook) -> bool:
    """Whether Twilio has recognized STOP, START or HELP, and so has sent its own answer.

    It says so (`OptOutType`) where the number is in a messaging service with Advanced Opt-Out.
    """
    return bool(text.told("OptOutType"))


async def note_text(text: Webhook) -> None:
    """Remember the opt-out that somebody's text is, or forget the one that it ends.

    Without OptOutType the word STOP says little: Twilio's handling may be off for the number, or
    know other words. A wrong opt-out would last until the person thinks of texting START, so the
    app waits for Twilio's refusal. That is also why START counts in any case: where it should not
    have, Twilio refuses the next text, and the app remembers again.
    """
    kind = (text.told("OptOutType") or "").upper()
    is_start = kind == "START" or (
        not kind and (text.told("Body") or "").strip().upper() in OPT_IN_WORDS
    )
    person = text.told("From") or ""
    if not E164.fullmatch(person) or not (is_start or kind == "STOP"):
        return
    senders = _given(text, "MessagingServiceSid", "To")
    if is_start:
        await clients.opt_outs().forget(person, senders)
    else:
        await clients.opt_outs().remember(person, senders)


async def note_report(report: Webhook) -> None:
    """Remember the opt-out for which a text failed.

    Texts of a messaging service fail so: Twilio has accepted them before it looks. It is the
    service then that the person has opted out of; the number may be one that they never wrote to.
    """
    person = report.told("To") or ""
    if report.told("ErrorCode") != str(OPTED_OUT) or not E164.fullmatch(person):
        return
    senders = _given(report, "MessagingServiceSid") or _given(report, "From")
    await clients.opt_outs().remember(person, senders)


def _given(webhook: Webhook, *names: str) -> list[str]:
    values = (webhook.told(name) for name in names)
    return [value for value in values if value]
