"""Any request writes only a few short log lines, and so does a flood of requests."""

from __future__ import annotations

import asyncio
import importlib
import json
import logging
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

import azure.functions as func
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import clients
from shared.http.request_parts import MAX_URL_CHARS
from tests.functions.conftest import build_signed_request
from tests.fuzz.generated import FIELDS, WEBHOOK_FIELDS, methods_by_function, same_each_time

if TYPE_CHECKING:
    from collections.abc import Generator

    from tests.functions.conftest import SignedRequest

ROOT = Path(__file__).parents[2]
MAX_LINES = 20
MAX_LINE_CHARS = 2_500
"""About the length of the longest signature explanation; everything else is much shorter."""
FUNCTIONS = sorted(methods_by_function())
FOR_TWILIO = [name for name in FUNCTIONS if name.startswith(("Twiml", "On"))]
OTHERS = sorted({*FUNCTIONS} - {*FOR_TWILIO})
NAMES = [
    *sorted({name.partition("[")[0] for name in WEBHOOK_FIELDS} | {*FIELDS["OnRecording"]}),
    *("AllowedCallers", "CallerId", "HumanCheck", "Keywords", "Language", "LeaveKey", "MaxLength"),
    *("MaxWait", "MediaUrl", "Moderators", "Options", "Step", "Tries", "Track", "Voice", "claim"),
    *("EnableSmsNotifications", "QueueTime", "line\nbreak", "\x1b[31m", "n" * 300),
]
VALUES = [
    *("", "1", "secret", "2025550123", "+19005550123", "+442079460018", "+12025550198", "http://"),
    *(
        "end",
        "wait",
        "queue-full",
        "completed",
        "\x1b[31m\n",
        "n" * 300,
        "é" * 300,
        "SM" + "0" * 32,
    ),
    "<Response><Dial>" + "<Number>+442079460018</Number>" * 50 + "</Dial></Response>",
]
CALL = [("CallSid", "CA" + "0" * 32), ("From", "+12025550123"), ("To", "+12025550100")]
TEXT = [("MessageSid", "SM" + "0" * 32), *CALL[1:]]
SETTINGS = {"BLOCKED_CALLERS": "+12025550199", "BLOCKED_RECIPIENTS": "+12025550198"}

type Pairs = list[tuple[str, str]]


@st.composite
def many(draw: st.DrawFn, names: tuple[str, ...]) -> Pairs:
    """Draw as many parameters as fit in a URL or a form, with a few names and values."""
    drawn = draw(st.lists(st.sampled_from(names), min_size=1, max_size=6))
    values = draw(st.lists(st.sampled_from(VALUES), min_size=1, max_size=6))
    index = draw(st.sampled_from(["", "[]", "[{}]", "[\n{}]"]))
    return [
        (drawn[n % len(drawn)] + index.format(n), values[n // 3 % len(values)])
        for n in range(draw(st.sampled_from([1, 10, 140, 900])))
    ]


@contextmanager
def log_of_one() -> Generator[list[str]]:
    """Collect log lines, and check their limits at the end."""
    lines: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(handler.format(record))
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield lines
    finally:
        root.removeHandler(handler)
    assert len(lines) <= MAX_LINES
    assert max(map(len, lines), default=0) <= MAX_LINE_CHARS
    assert [line for line in lines if not line.isprintable()] == []


@pytest.fixture(autouse=True)
def app_with_lists(
    app: clients.Clients, values: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    clients.reset(clients.Clients(values | SETTINGS, app.clock))
    caplog.set_level(logging.INFO)


def target(function: str, query: Pairs) -> str:
    """Return the path and query, cut to the maximum length of a URL."""
    path = f"/api/{function}?" + "&".join(f"{quote(n)}={quote(v)}" for n, v in query)
    return path if len(path) < MAX_URL_CHARS - 40 else path[: MAX_URL_CHARS - 40].rpartition("&")[0]


def send(function: str, request: func.HttpRequest) -> int:
    return asyncio.run(importlib.import_module(function).main(request)).status_code


@pytest.mark.parametrize("function", FOR_TWILIO)
@same_each_time(40)
@given(many(tuple(NAMES)), many(tuple(NAMES)), st.sampled_from([CALL, TEXT, []]), st.booleans())
def test_a_webhook_writes_few_lines(
    signed_request: SignedRequest,
    function: str,
    query: Pairs,
    form: Pairs,
    about: Pairs,
    is_right: bool,
) -> None:
    token = "primary" if is_right else "wrong"
    posted = [*about, *form[: 140 - len(about)]]
    request = signed_request(target(function, query), posted, token=token)
    with log_of_one():
        assert send(function, request) < 500


@pytest.mark.parametrize("function", OTHERS)
@same_each_time(40)
@given(many((*FIELDS["SendSms"], *FIELDS["PlaceCall"], "sid", "key", "Bucket")), st.booleans())
def test_an_action_writes_few_lines(function: str, given: Pairs, as_json: bool) -> None:
    body = json.dumps(dict(given)).encode() if as_json else b""
    path = f"/api/{function}" if as_json else target(function, given)
    headers = {"Content-Type": "application/json"}
    with log_of_one():
        send(
            function, func.HttpRequest("POST", f"http://10.0.0.4{path}", headers=headers, body=body)
        )


def test_a_reason_is_logged_once_for_all_skipped_entries() -> None:
    options = [(f"Options[{number}]", "x") for number in range(300)]
    numbers = [
        ("PhoneNumbers[]", number) for number in ("+442079460018", "no", "+19005550123") * 30
    ]
    for function, query, most in (("TwimlMenu", options, 2), ("TwimlSimulring", numbers, 4)):
        with log_of_one() as lines:
            send(function, build_signed_request(target(function, query), CALL))

        assert 0 < len(lines) <= most


def test_a_call_through_many_functions_writes_few_lines() -> None:
    steps = [f"TwimlForward?PhoneNumber=x&Timeout=x&Name{n}=x&Message=x" for n in range(30)]
    url = "https://app.example/api/TwimlMenu?" + urlencode(
        [(f"Options[{key}]", step) for key, step in enumerate(steps)]
    )
    body = json.dumps({"to": "+12025550123", "url": url}).encode()
    with log_of_one() as lines:
        send("PlaceCall", func.HttpRequest("POST", "http://10.0.0.4/api/PlaceCall", body=body))

    assert 0 < len(lines) <= 5


def flood(function: str, request: func.HttpRequest, times: int = 1_000) -> list[str]:
    """Return the log lines of many equal requests."""
    lines: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())
    logger = logging.getLogger("shared.endpoints")
    logger.addHandler(handler)
    try:
        for _ in range(times):
            send(function, request)
    finally:
        logger.removeHandler(handler)
    return lines


def forged(function: str, form: Pairs) -> func.HttpRequest:
    """Return a request with an invalid signature."""
    return build_signed_request(f"/api/{function}", form, signature="A" * 27 + "=")


def too_long(function: str) -> func.HttpRequest:
    """Return a request that every function refuses, with or without a key and a signature."""
    url = f"https://app.example/api/{function}?q=".ljust(MAX_URL_CHARS + 1, "q")
    return func.HttpRequest("POST", url, headers={}, body=b"")


def test_a_flood_of_forged_requests_writes_few_lines() -> None:
    lines = flood("TwimlReply", forged("TwimlReply", TEXT))

    assert len(lines) == 12
    assert [line.rpartition(" (")[2] for line in lines[10:]] == [
        "100 within 15 minutes)",
        "1000 within 15 minutes)",
    ]


@pytest.mark.parametrize("function", sorted({*FUNCTIONS} - {"TwimlHello"}))
def test_only_floods_of_requests_without_keys_are_limited(function: str) -> None:
    (binding, _) = json.loads((ROOT / function / "function.json").read_text())["bindings"]
    expected = {"anonymous": 10, "function": 30}[binding["authLevel"]]

    assert len(flood(function, too_long(function), 30)) == expected


def test_a_flood_of_one_kind_does_not_hide_others() -> None:
    flood("TwimlReply", forged("TwimlReply", TEXT))

    assert len(flood("TwimlReply", too_long("TwimlReply"), 1)) == 1
    assert len(flood("TwimlMenu", forged("TwimlMenu", CALL), 1)) == 1


def test_a_flood_is_limited_when_a_setting_is_malformed(monkeypatch: pytest.MonkeyPatch) -> None:
    clients.reset()
    monkeypatch.setenv("DEFAULT_REGION", "USA")

    lines = flood("TwimlReply", build_signed_request("/api/TwimlReply", TEXT), 30)

    assert len(lines) == 10
    assert all(line.startswith("TwimlReply: ConfigurationError status=500 ") for line in lines)
