"""Check the running app: whether it responds, its signatures, its keys, and its ledger."""

import json
from http import HTTPStatus
from typing import cast
from urllib.parse import urlsplit

from commands.doctor.examination import Examination
from commands.doctor.findings import Finding, State, ok, shown, skipped, warning, wrong
from commands.doctor.items.machine import hear
from commands.doctor.subject import Place
from commands.doctor.web import Answer, UnreachableError
from shared.config.settings import Secret
from shared.webhooks.signatures import HEADER, sign

# An idempotency key that no program uses.
UNUSED_KEY = "doctor-asks-whether-the-ledger-answers"
LOGS = "check the app's logs in Application Insights"
TERMINAL = "read what the terminal with dev.py start says"
OTHER_APP = "the doctor knows this project's app only: start it without --root"
DEPLOY = "deploy it (docs/operate/deploy.md), or correct --url"


async def check_app(examination: Examination) -> Finding:
    """Check that the app responds. TwimlHello needs neither a key nor a signature."""
    url = examination.url_of("TwimlHello")
    subject = examination.subject
    try:
        answer = await examination.web.ask(url)
    except UnreachableError as error:
        if subject.is_expected:
            return wrong(f"{subject.app_url} doesn't respond: {error}", "check that it is running")
        return skipped("the app isn't running", f"start it: {subject.place}")
    hear(examination, answer)
    return judge_app(answer, examination.is_deployment)


def judge_app(answer: Answer, is_deployment: bool) -> Finding:
    """Return what the response of TwimlHello means."""
    status = answer.status
    if status == HTTPStatus.OK and "<Response>" in answer.text:
        return ok("TwimlHello responds")
    if status in range(300, 400):
        return wrong("it redirects", "use its https address, and turn off any login in front of it")
    if status == HTTPStatus.UNAUTHORIZED:
        return wrong(
            "it requires a login", "turn off App Service authentication: Twilio can't log in"
        )
    if status == HTTPStatus.FORBIDDEN:
        return wrong(
            "it rejects requests (403)",
            "check whether it is stopped or its network rules block Twilio",
        )
    if status == HTTPStatus.NOT_FOUND:
        return wrong("TwimlHello doesn't exist", DEPLOY if is_deployment else OTHER_APP)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return wrong(f"it fails ({status}){told_by(answer)}", LOGS if is_deployment else TERMINAL)
    return wrong(
        f"it responds with {status}, but not with TwiML", "check that the address is the app's"
    )


async def check_signature(examination: Examination) -> Finding:
    """Check that the app accepts Twilio's signatures and rejects everything else.

    Signs only the address that the user gave, never one that the app names: otherwise a stranger
    could get a signature for another app.
    """
    url = f"{examination.url_of('TwimlMessage')}?Message=Hello"
    form = {"Check": "signature"}
    unsigned = await examination.web.ask(url, form=form)
    if unsigned.status == HTTPStatus.OK:
        return wrong("TwimlMessage accepts unsigned requests", "deploy it again")

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
    return ok(f"{finding.text}; the secondary token works too") if is_known else follower


def judge_signature(url: str, unsigned: Answer, signed: Answer) -> Finding:
    """Compare the two responses: it should be 403 without a signature and 200 with one."""
    if signed.status == HTTPStatus.OK and unsigned.status == HTTPStatus.FORBIDDEN:
        return ok("signed requests get 200, unsigned ones 403")
    if signed.status == HTTPStatus.FORBIDDEN:
        return _refused(url, signed)
    if signed.status == HTTPStatus.NOT_FOUND:
        return wrong("TwimlMessage doesn't exist", DEPLOY)
    return wrong(
        f"signed requests get {signed.status}, unsigned ones {unsigned.status}{told_by(signed)}",
        "fix the reported problem; the app's identity needs the Key Vault Secrets User role",
    )


def _refused(url: str, answer: Answer) -> Finding:
    """Explain a 403: the app's response names the URL that it checked the signature against."""
    _, mark, rest = _detail(answer).partition("The signed URL is ")
    checked = rest.partition(" ")[0]
    if not mark:
        return wrong(
            "signed requests get 403, but not from the app",
            "check its network rules and any gateway in front of it",
        )
    if checked != url:
        return wrong(
            f"the app thinks its address is {_shown_origin(checked)}, so it rejects what Twilio "
            f"sends to {_shown_origin(url)}",
            "set the app's PUBLIC_URL to the address that Twilio calls",
        )
    return wrong(
        "the app uses a different auth token than the one here",
        "check that both use the same account and vault; after a rotation, wait a minute",
    )


async def check_function_keys(examination: Examination) -> Finding:
    """Check that actions require a function key, and what GetHealth reports with one."""
    url = examination.url_of("GetHealth")
    without = await examination.web.ask(url)
    key = examination.subject.function_key
    answer = await examination.web.ask(url, headers={"x-functions-key": key}) if key else None
    if answer is not None and answer.status in (HTTPStatus.OK, HTTPStatus.SERVICE_UNAVAILABLE):
        examination.health = _document(answer)
    return judge_function_keys(without, answer, examination.subject.place)


def judge_function_keys(without: Answer, answer: Answer | None, place: Place) -> Finding:
    """Compare the responses without and with a key; `answer` is None if no key is known."""
    is_open = without.status != HTTPStatus.UNAUTHORIZED
    if is_open and place is not Place.FUNC_START:
        return wrong(
            f"GetHealth responds with {without.status} without a function key",
            "anyone can send: set authLevel to function in its function.json, and deploy",
        )
    # Core Tools requires no key.
    answer = without if answer is None and is_open else answer
    if answer is None:
        return ok("GetHealth requires a key; pass --key KEY to see its report")
    if answer.status == HTTPStatus.OK:
        document = _document(answer)
        if document.get("status") == "degraded":
            return warning(f"GetHealth reports degraded: {document.get('ledger')}", "see ledger")
        return ok("GetHealth reports healthy" + ("" if is_open else " and requires a key"))
    if answer.status == HTTPStatus.UNAUTHORIZED:
        return wrong("the key is invalid", "find the right one with az functionapp keys list")
    if answer.status == HTTPStatus.NOT_FOUND:
        return wrong("GetHealth doesn't exist", DEPLOY)
    return wrong(
        f"GetHealth responds with {answer.status}{told_by(answer)}", "fix the reported problem"
    )


async def check_ledger(examination: Examination) -> Finding:
    """Check that the app can read its ledger: GetStatus looks up an unused key."""
    subject = examination.subject
    if not subject.function_key and subject.place is not Place.FUNC_START:
        return skipped("pass --key KEY to check this")
    url = f"{examination.url_of('GetStatus')}?key={UNUSED_KEY}"
    headers = {"x-functions-key": subject.function_key} if subject.function_key else {}
    return judge_ledger(await examination.web.ask(url, headers=headers))


def judge_ledger(answer: Answer) -> Finding:
    """Tell the app's 404 for an unknown key, which is JSON, from the host's, which isn't."""
    if answer.status == HTTPStatus.NOT_FOUND and _detail(answer):
        return ok("the app can read its storage")
    if answer.status == HTTPStatus.NOT_FOUND:
        return wrong("GetStatus doesn't exist", DEPLOY)
    return wrong(
        f"the app can't use its storage ({answer.status}){told_by(answer)}",
        "its identity needs the Storage Table Data Contributor role (docs/use/configuration.md)",
    )


def told_by(answer: Answer) -> str:
    """Return the detail of an error response, safe to print; "" if it has no detail."""
    detail = shown(_detail(answer))
    return f": {detail}" if detail else ""


def _detail(answer: Answer) -> str:
    return str(_document(answer).get("detail") or "")


def _document(answer: Answer) -> dict[str, object]:
    """Return the JSON object in a response, or an empty one if the body isn't an object."""
    try:
        document: object = json.loads(answer.text)
    except (ValueError, RecursionError):
        return {}
    return cast(dict[str, object], document) if isinstance(document, dict) else {}


def _shown_origin(url: str) -> str:
    """Return the scheme and host of an untrusted URL."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "an invalid URL"
    return shown(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}")
