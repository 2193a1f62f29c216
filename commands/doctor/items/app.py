"""Items of the running app: there, signed requests only, keys, and its own ledger."""

import json
from http import HTTPStatus
from typing import cast
from urllib.parse import urlsplit

from commands.doctor.examination import Examination
from commands.doctor.findings import Finding, State, ok, shown, skipped, wrong
from commands.doctor.items.machine import hear
from commands.doctor.subject import Place
from commands.doctor.web import Answer, UnreachableError
from shared.config.settings import Secret
from shared.webhooks.signatures import HEADER, sign

# A key that no program uses for a send.
UNUSED_KEY = "doctor-asks-whether-the-ledger-answers"
LOGS = "look into the app's log (Application Insights)"
DEPLOY = "deploy it (docs/operate/deploy.md), or mend --url"


async def check_app(examination: Examination) -> Finding:
    """Whether the app answers: TwimlHello takes neither key nor signature."""
    url = examination.url_of("TwimlHello")
    subject = examination.subject
    try:
        answer = await examination.web.ask(url)
    except UnreachableError as error:
        if subject.is_expected:
            return wrong(f"{subject.app_url} does not answer: {error}", "is it running?")
        return skipped("nothing runs", f"start it: {subject.place}")
    hear(examination, answer)
    return judge_app(answer, examination.is_deployment)


def judge_app(answer: Answer, is_deployment: bool) -> Finding:
    """What the answer of TwimlHello says of the app."""
    status = answer.status
    if status == HTTPStatus.OK and "<Response>" in answer.text:
        return ok("TwimlHello answers")
    if status in range(300, 400):
        return wrong("it sends visitors elsewhere", "use its https address, without a login before")
    if status == HTTPStatus.UNAUTHORIZED:
        return wrong("it wants a login", "switch App Service authentication off: Twilio has none")
    if status == HTTPStatus.FORBIDDEN:
        return wrong(
            "it turns visitors away (403)",
            "is it stopped, or do its network rules shut Twilio out?",
        )
    if status == HTTPStatus.NOT_FOUND:
        return wrong(
            "there is no TwimlHello", DEPLOY if is_deployment else "another app runs there"
        )
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return wrong(f"it fails ({status}){told_by(answer)}", LOGS)
    return wrong(
        f"it answers {status}, but not with TwiML", "does the address belong to another app?"
    )


async def check_signature(examination: Examination) -> Finding:
    """Whether the app takes what Twilio signs, and nothing else.

    Only the address that was asked for is signed, never one that the app names: whoever answers
    there would get a signature for another app.
    """
    url = f"{examination.url_of('TwimlMessage')}?Message=Hello"
    form = {"Check": "signature"}
    unsigned = await examination.web.ask(url, form=form)
    if unsigned.status == HTTPStatus.OK:
        return wrong("TwimlMessage answers unsigned requests", "deploy it anew: it has no guard")

    async def judged(token: str) -> Finding:
        signature = sign(token, url, form.items()).decode()
        signed = await examination.web.ask(url, form=form, headers={HEADER: signature})
        return judge_signature(url, unsigned, signed)

    finding = await judged(examination.token())
    next_token = examination.next_values.get(Secret.AUTH_TOKEN)
    if finding.state is not State.OK or next_token is None:
        return finding
    follower = await judged(next_token)
    is_known = follower.state is State.OK
    return ok(f"{finding.text}; the secondary token counts too") if is_known else follower


def judge_signature(url: str, unsigned: Answer, signed: Answer) -> Finding:
    """What the two answers say: 403 to the unsigned, 200 to the signed one is right."""
    if signed.status == HTTPStatus.OK and unsigned.status == HTTPStatus.FORBIDDEN:
        return ok("signed requests get 200, unsigned ones 403")
    if signed.status == HTTPStatus.FORBIDDEN:
        return _refused(url, signed)
    if signed.status == HTTPStatus.NOT_FOUND:
        return wrong("there is no TwimlMessage", DEPLOY)
    return wrong(
        f"signed requests get {signed.status}, unsigned ones {unsigned.status}{told_by(signed)}",
        "mend what it names; the app's identity needs the role Key Vault Secrets User",
    )


def _refused(url: str, answer: Answer) -> Finding:
    """A 403 of the app says which URL it has checked the signature against."""
    _, mark, rest = _detail(answer).partition("The signed URL is ")
    checked = rest.partition(" ")[0]
    if not mark:
        return wrong(
            "a signed request gets 403, but not from the app",
            "something before it refuses visitors: its network rules, or a gateway",
        )
    if checked != url:
        return wrong(
            f"the app takes itself for {_shown_origin(checked)}, so it refuses what Twilio sends "
            f"to {_shown_origin(url)}",
            "set the app's PUBLIC_URL to the address that Twilio calls",
        )
    return wrong(
        "the app knows another auth token than the one here",
        "is it the same account and vault? After a rotation the app takes a minute to notice",
    )


async def check_function_keys(examination: Examination) -> Finding:
    """Whether an action wants a key, and what GetHealth says to whoever has it."""
    url = examination.url_of("GetHealth")
    without = await examination.web.ask(url)
    key = examination.subject.function_key
    answer = await examination.web.ask(url, headers={"x-functions-key": key}) if key else None
    if answer is not None and answer.status in (HTTPStatus.OK, HTTPStatus.SERVICE_UNAVAILABLE):
        examination.health = _document(answer)
    return judge_function_keys(without, answer, examination.subject.place)


def judge_function_keys(without: Answer, answer: Answer | None, place: Place) -> Finding:
    """`answer` is that to a request with a key, None where no key is known."""
    is_open = without.status != HTTPStatus.UNAUTHORIZED
    if is_open and place is not Place.FUNC_START:
        return wrong(
            f"GetHealth answers {without.status} without a function key",
            "anybody may send: set authLevel to function in its function.json, and deploy",
        )
    # Core Tools asks for no key.
    answer = without if answer is None and is_open else answer
    if answer is None:
        return ok("GetHealth wants a key; with --key KEY its answer is shown as well")
    if answer.status == HTTPStatus.OK:
        return ok("GetHealth is healthy" + ("" if is_open else ", and wants a key"))
    if answer.status == HTTPStatus.UNAUTHORIZED:
        return wrong("the key is not accepted", "az functionapp keys list shows the right one")
    if answer.status == HTTPStatus.NOT_FOUND:
        return wrong("there is no GetHealth", DEPLOY)
    return wrong(f"GetHealth answers {answer.status}{told_by(answer)}", "mend what it names")


async def check_ledger(examination: Examination) -> Finding:
    """Whether the app itself reaches its ledger: GetStatus looks a key up that nobody has used."""
    subject = examination.subject
    if not subject.function_key and subject.place is not Place.FUNC_START:
        return skipped("the app tells it only with --key KEY")
    url = f"{examination.url_of('GetStatus')}?key={UNUSED_KEY}"
    headers = {"x-functions-key": subject.function_key} if subject.function_key else {}
    return judge_ledger(await examination.web.ask(url, headers=headers))


def judge_ledger(answer: Answer) -> Finding:
    """An unknown key is a 404 of the app, in JSON; a bare one is of the host."""
    if answer.status == HTTPStatus.NOT_FOUND and _detail(answer):
        return ok("the app reads its storage")
    if answer.status == HTTPStatus.NOT_FOUND:
        return wrong("there is no GetStatus", DEPLOY)
    return wrong(
        f"the app cannot use its storage ({answer.status}){told_by(answer)}",
        "its identity needs the role Storage Table Data Contributor (docs/use/configuration.md)",
    )


def told_by(answer: Answer) -> str:
    """What a problem answer of the app says, fit for the screen; "" where it is none."""
    detail = shown(_detail(answer))
    return f": {detail}" if detail else ""


def _detail(answer: Answer) -> str:
    return str(_document(answer).get("detail") or "")


def _document(answer: Answer) -> dict[str, object]:
    """The JSON object of an answer, empty where it is none."""
    try:
        document: object = json.loads(answer.text)
    except (ValueError, RecursionError):
        return {}
    return cast(dict[str, object], document) if isinstance(document, dict) else {}


def _shown_origin(url: str) -> str:
    """Scheme and host of a URL that somebody else wrote."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "something that is no URL"
    return shown(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}")
