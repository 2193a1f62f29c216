"""The app's output in use and during failures: no secrets, no message bodies, no full numbers.

This covers what it prints and what it answers. Exceptions: a 201 has the numbers that a text is
from and to, and TwiML has the numbers and the words that Twilio needs.
"""

import base64
import json
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
import requests
from requests.adapters import HTTPAdapter

from deskphone.faults.kinds import NEEDED, TWILIO, WEBHOOKS
from deskphone.values import ACCOUNT_SID, API_KEY_SECRET, AUTH_TOKEN, HANDSETS, LINE
from local_stack.faults.services import HOST, STORAGE, VAULT
from local_stack.testing import HANDSET, LocalStack
from local_stack.values import LINK_SIGNING_KEY

ROOT = Path(__file__).parents[2]
THREADS = 16
FORM_TYPE = "application/x-www-form-urlencoded"
MARK = "Quokka7"
"""A part of every private value: one word to search for, however it is encoded."""
PRIVATE_TEXT = f"a {MARK} & <{MARK}> sentence"
NATIONAL = "(202) 555-0123"
OWNER = HANDSETS[1]
RECORDING = "RE" + "a" * 32
RECORDED = {"RecordingStatus": "completed", "From": HANDSET, "To": LINE}
RAISING = '''"""POST /api/SendRaising: a function with a bug."""

import azure.functions as func

from shared.endpoints import action
from shared.http.inputs import read_inputs


@action
async def main(req: func.HttpRequest) -> func.HttpResponse:
    """Fail after reading the inputs."""
    body = read_inputs(req, "to", "body").text("body")
    return {"nothing": body and 1 / 0}
'''


class Answers:
    """The functions' responses without their permitted parts; thread-safe."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._lock = threading.Lock()
        self.statuses: set[int] = set()
        self.texts: list[str] = []

    def note(self, answer: requests.Response, *_: object, **__: object) -> None:
        """Record status, headers and body of a response; a hook for requests."""
        if not answer.url.startswith(self._url):
            return
        with self._lock:
            self.statuses.add(answer.status_code)
            self.texts.append(f"{answer.status_code} {without_permitted(answer)}")


def without_permitted(answer: requests.Response) -> str:
    """Return headers and body without the permitted `to`, `from` and `token`, TwiML, and audio."""
    headers = {name: value for name, value in answer.headers.items() if name != "Location"}
    content_type = answer.headers.get("Content-Type", "")
    if content_type.startswith(("text/xml", "audio/")):
        return f"{headers}"
    if answer.status_code in (200, 201) and content_type.startswith("application/json"):
        content = {
            name: value
            for name, value in answer.json().items()
            if name not in ("to", "from", "token")
        }
        return f"{headers} {content}"
    if "signed URL" in answer.text:  # without a signature, the answer repeats the requested number
        return f"{headers}"
    return f"{headers} {answer.text.replace(f'for example {HANDSET}', '')}"


def spellings(word: str) -> Iterator[str]:
    """Yield a word in every encoding: plain, URL, JSON, HTML, hexadecimal and base64."""
    yield from (word, quote(word, safe=""), quote_plus(word), json.dumps(word)[1:-1])
    yield from (word.encode().hex(), word.encode().hex().upper())
    for offset in range(3):
        encoded = base64.b64encode(b" " * offset + word.encode())
        # The first and last characters depend on the surrounding text.
        yield encoded[(offset * 4 + 2) // 3 : -4].decode()


def leaks(text: str) -> list[str]:
    """Return everything private in a text, in any encoding, with some context."""
    words = (MARK, "2025550", API_KEY_SECRET, LINK_SIGNING_KEY)
    text = text.replace(ACCOUNT_SID, "")
    patterns = [re.escape(form) for word in words for form in spellings(word)]
    patterns += ["signature=", "[?&]sig=", "SharedAccessKey", "AccountKey="]
    patterns += [r"202(?:%2\w|\W){0,3}555(?:%2\w|\W){0,3}0\d\d\d"]
    patterns += [
        r"(?<![0-9a-fA-F])0{32}(?![0-9a-fA-F])",
        r"[Bb]earer [\w-]{20}",
        r"eyJ[\w-]{20}",
        r"Basic [\w+/=]{20}",
    ]
    everything = re.compile("|".join(patterns), re.IGNORECASE)
    return [text[max(0, m.start() - 60) : m.end() + 20] for m in everything.finditer(text)]


class Used:
    """A separate stack, and its output while it was used."""

    def __init__(self, stack: LocalStack) -> None:
        self.stack = stack
        self.answers = Answers(stack.functions_url)
        stack.http.hooks["response"].append(self.answers.note)
        stack.http.mount("http://", HTTPAdapter(pool_maxsize=THREADS))

    @property
    def printed(self) -> str:
        """The output after the welcome message, which shows the fixed values."""
        return self.stack.output.text.partition("Ctrl-C stops everything.")[2]


def private_app(folder: Path) -> Path:
    """Return a copy of the app with an additional function that raises."""
    ours = [*(path.parent for path in ROOT.glob("*/function.json")), ROOT / "shared"]
    for path in ours:
        shutil.copytree(path, folder / path.name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "host.json", folder)
    raising = folder / "SendRaising"
    raising.mkdir()
    (raising / "__init__.py").write_text(RAISING)
    (raising / "function.json").write_text((ROOT / "SendSms" / "function.json").read_text())
    return folder


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Used:
    """All output while texts and calls succeeded and failed."""
    return run(tmp_path_factory, use, DAILY_CALL_LIMIT="1")


def run(folders: pytest.TempPathFactory, do: Callable[[LocalStack], None], **settings: str) -> Used:
    """Start a stack, use it, stop it, and return its output."""
    stack = LocalStack.start(private_app(folders.mktemp("app")), environment=settings)
    try:
        written = Used(stack)
        do(stack)
    finally:
        stack.stop()
    return written


def use(stack: LocalStack) -> None:
    """Use the app in valid and invalid ways."""
    text = {"to": NATIONAL, "body": PRIVATE_TEXT}
    stack.function("SendSms", text)
    stack.function("SendSms", {**text, "from": "+12025550177"})
    stack.function("SendSms", {**text, "to": "+1202555012345678"})
    stack.function("SendSms", {**text, "colour": PRIVATE_TEXT})
    stack.function("PlaceCall", {"to": HANDSET, "message": PRIVATE_TEXT})
    stack.function("PlaceCall", {"to": OWNER, "message": PRIVATE_TEXT})
    stack.function("PlaceCall", {"to": HANDSET, "url": f"ftp://{MARK}"})
    stack.text(PRIVATE_TEXT)
    stack.text("STOP")
    stack.function("SendSms", text)
    stack.ring()
    stack.advance(90)
    stack.webhook("OnMessageStatus", {"MessageStatus": "sent", "To": HANDSET, "Body": PRIVATE_TEXT})
    forge(stack, f"OnMessageStatus?To={HANDSET}")
    stack.function("GetHealth", method="GET")
    use_phone_line(stack)
    use_browser(stack)
    use_wrongly(stack)


def use_phone_line(stack: LocalStack) -> None:
    """Leave a voicemail, open its link, and put private values into URLs."""
    functions = f"{stack.functions_url}/api"
    stack.line_goes_to(
        VoiceUrl=f"{functions}/TwimlVoicemail?Notify={quote(OWNER)}&Message=a-private-{MARK}-sentence",
        SmsUrl=f"{functions}/TwimlReply?Forward={quote(OWNER)}&MediaUrl={MARK}",
    )
    call = stack.ring()
    stack.advance(9)
    stack.hang_up(call)
    stack.text(PRIVATE_TEXT)
    stack.advance(9)
    [link] = [word for text in stack.texts(OWNER) for word in text["body"].split() if "://" in word]
    assert stack.http.get(link, timeout=5).status_code == 200
    assert stack.http.get(f"{link}0", timeout=5).status_code == 403
    stack.webhook(f"TwimlForward?PhoneNumber={MARK}&FailUrl={MARK}")
    stack.webhook(f"TwimlForward?PhoneNumber={quote(LINE)}", {"To": LINE, "From": HANDSET})
    for words in (PRIVATE_TEXT, "+19005550123"):
        stack.webhook(
            stack.twiml_url(f"<Response><Dial>{words}</Dial></Response>").rsplit("/", 1)[1]
        )
    call = stack.place_call(f"<Response><Pay description='{MARK}'/></Response>")
    stack.advance(1)
    stack.answer(call)
    stack.advance(1)
    other = "RE" + "b" * 32
    stack.webhook(f"OnRecording?Notify={MARK}", {"RecordingSid": other, **RECORDED})
    stack.webhook(f"OnRecording?Notify={quote(LINE)}", {"RecordingSid": RECORDING, **RECORDED})


def use_browser(stack: LocalStack) -> None:
    """Get a token, and call numbers from a browser."""
    assert "token" in stack.function("GetClientToken", {"identity": "ann"}).json()
    stack.function("GetClientToken", {"identity": f"{MARK}@example.com"})
    stack.function("GetMyClientToken", **{"X-MS-CLIENT-PRINCIPAL-ID": MARK})
    for number in (HANDSET, NATIONAL, "+19005550123", f"client:{MARK}!", MARK):
        form = {"CallSid": f"CA{'c' * 32}", "From": "client:ann", "To": number}
        stack.webhook("TwimlClientOutgoing", form)
    stack.webhook(f"TwimlClient?Identity={MARK}!&Notify={quote(OWNER)}")


def use_wrongly(stack: LocalStack) -> None:
    """Send invalid inputs to the functions, and some to one that fails."""
    text = {"to": HANDSET, "body": PRIVATE_TEXT}
    key = f"key of {MARK}"
    stack.text("START")
    stack.advance(1)
    stack.function("SendSms", text, **{"Idempotency-Key": key})
    stack.function("SendSms", {**text, "to": OWNER}, **{"Idempotency-Key": key})
    stack.function(f"GetStatus?key={quote(key)}", method="GET")
    stack.function(f"GetStatus?key=other%20{MARK}", method="GET")
    stack.function(f"GetStatus?sid={MARK}", method="GET")
    stack.function(f"GetRecording?sid={MARK}", method="GET")
    stack.function("SendSms", text, **{"x-functions-key": f"wrong {MARK}"})
    stack.function("SendSms", {**text, "media_url": f"http://127.0.0.2/{MARK}"})
    twiml = f"<Response><Say>{MARK}</Say><Dial>{HANDSET}</Dial><Dial>"
    stack.function("PlaceCall", {"to": HANDSET, "twiml": twiml})
    stack.function("PlaceCall", {"to": HANDSET, "twiml": f"{twiml}+19005550123</Dial></Response>"})
    stack.function("PlaceCall", {"to": HANDSET, "twiml": f"{twiml}</Dial></Response>"})
    stack.function("SendRaising", text)
    for body in (f'{{"to": "{HANDSET}", "body": "{MARK}', f"to=%FF{MARK}", f"to={HANDSET}&to=1"):
        post(stack, "SendSms", body)


def forge(stack: LocalStack, address: str) -> None:
    """Post to a function for Twilio with wrong signatures."""
    url = f"{stack.functions_url}/api/{address}"
    for signature in ("forged", base64.b64encode(MARK.ljust(20).encode()).decode()):
        headers = {"X-Twilio-Signature": signature, "Content-Type": FORM_TYPE}
        stack.http.post(url, data={"Body": PRIVATE_TEXT}, headers=headers, timeout=20)


def post(stack: LocalStack, name: str, body: str) -> requests.Response:
    """Post a raw form."""
    return stack.http.post(
        f"{stack.functions_url}/api/{name}",
        data=body.encode(),
        headers={"x-functions-key": "local", "Content-Type": FORM_TYPE},
        timeout=20,
    )


def test_reports_and_refusals_are_printed(used: Used) -> None:
    printed = used.printed

    assert '"status": "delivered"' in printed
    assert "ForgedRequestError" in printed
    assert "21659" in printed
    assert '"report": "recording"' in printed
    assert "ForbiddenLinkError" in printed
    assert "query parameter FailUrl" in printed
    assert f"No text about recording {RECORDING}" in printed
    assert "ZeroDivisionError" in printed
    assert "KeyReusedError" in printed
    assert "rejected the document" in printed
    assert "LimitReachedError" in printed
    assert "OptedOutError" in printed
    assert "NotAllowedError" in printed


def test_responses_of_all_kinds_are_searched(used: Used) -> None:
    assert used.answers.statuses >= {200, 201, 204, 400, 401, 403, 404, 422, 429, 500}


def test_alerts_are_printed(used: Used) -> None:
    assert "Emulator: " in used.printed


def test_nothing_private_is_printed(used: Used) -> None:
    assert leaks(used.printed) == []
    assert AUTH_TOKEN not in used.printed.replace(ACCOUNT_SID, "")


def test_nothing_private_is_answered(used: Used) -> None:
    assert [answer for answer in used.answers.texts if leaks(answer)] == []


@pytest.mark.parametrize(
    "hidden",
    [
        *(f"a {form} b" for word in (MARK, HANDSET, API_KEY_SECRET) for form in spellings(word)),
        *(base64.b64encode(f"{'x' * n}{MARK} yz".encode()).decode() for n in range(5)),
        *(MARK.upper(), "202-555-0123", NATIONAL, "%28202%29%20555-0123", "%2B12025550199"),
        *(
            f"token={AUTH_TOKEN}",
            "token eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9",
            "Authorization: Basic QUMwMDAwMDAwMDAwMDA6MDAw",
        ),
    ],
)
def test_the_search_finds_encoded_values(hidden: str) -> None:
    assert leaks(f"nothing {hidden} nothing") != []


def test_the_search_has_no_false_positives() -> None:
    assert leaks(f"to ...0123 {ACCOUNT_SID} SM{'1' * 31}2 status=400 code=21211 field to") == []


FAULTS = [
    {"service": service.name, "kind": kind, **({"seconds": 0.1} if kind in NEEDED else {})}
    for service in (TWILIO, WEBHOOKS, VAULT, STORAGE, HOST)
    for kind in service.kinds
]


def fail(stack: LocalStack) -> None:
    """Use the app under each fault in turn, with many concurrent requests."""
    with ThreadPoolExecutor(THREADS) as pool:
        for fault in FAULTS:
            service = str(fault["service"])
            once: dict[str, Any] = {"count": 1} if service == "host" else {}
            with stack.faults({**fault, **once}):
                list(pool.map(partial(ask, stack), range(30)))
                stack.advance(5)
            stack.advance(5)


def ask(stack: LocalStack, number: int) -> None:
    """Make one of several requests; some faults leave it without a response."""
    text = {"to": HANDSET, "body": f"{PRIVATE_TEXT} {number}"}
    call = {"to": OWNER, "message": f"{PRIVATE_TEXT} {number}"}
    media = {**text, "media_url": f"https://{MARK}.example/{number}"}
    twiml = {"to": HANDSET, "twiml": f"<Response><Say>{MARK}</Say><Dial>{OWNER}</Dial></Response>"}
    report = {"MessageStatus": "sent", "MessageSid": f"SM{number:032}", "To": HANDSET}
    key = {"Idempotency-Key": f"{MARK} {number}"}
    requests_ = (
        lambda: stack.function("SendSms", text, **key),
        lambda: stack.function("SendSms", media),
        lambda: stack.function("PlaceCall", call, **key),
        lambda: stack.function("PlaceCall", twiml),
        lambda: stack.function(f"GetStatus?key={MARK}%20{number}", method="GET"),
        lambda: stack.webhook("OnMessageStatus", {**report, "Body": PRIVATE_TEXT}),
        lambda: stack.webhook("TwimlReply", {"From": HANDSET, "To": LINE, "Body": PRIVATE_TEXT}),
        lambda: stack.function(f"GetRecording?sid={RECORDING}", method="GET"),
        lambda: stack.function("SendRaising", text),
        lambda: forge(stack, f"OnCallStatus?To={HANDSET}"),
    )
    try:
        requests_[number % len(requests_)]()
    except requests.RequestException:
        return


@pytest.mark.soak
def test_nothing_private_is_written_under_load_and_faults(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    written = run(tmp_path_factory, fail, SETTLE_WINDOW_SECONDS="3", DAILY_SEGMENT_LIMIT="100")

    assert leaks(written.printed) == []
    assert [answer for answer in written.answers.texts if leaks(answer)] == []
    assert written.answers.statuses >= {201, 204, 429, 500, 502, 503, 504}
