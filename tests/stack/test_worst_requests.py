"""The most expensive requests, through the host: none costs much more than a small one.

The cost of a request is the host process's CPU time, so a busy machine doesn't matter; the waits of
other requests are compared with the time of a small request.
"""

import itertools
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import NamedTuple
from urllib.parse import quote, urlencode

import pytest
import requests

from local_stack.testing import FORM, HANDSET, LocalStack
from local_stack.values import FUNCTION_KEY
from shared.http.request_parts import (
    MAX_BODY_BYTES,
    MAX_JSON_BYTES,
    MAX_URL_CHARS,
    MAX_WEBHOOK_BYTES,
)
from shared.webhooks.signatures import sign
from tests.fuzz.generated import methods_by_function

pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads times from /proc"),
]

AT_ONCE = 20
REPEATS = 40
MOST_COST = 8
"""As a factor. Besides the host's own work, a small request takes a millisecond or two."""
FUNCTIONS = sorted(methods_by_function())
PARAMETERS = {
    "TwimlAgent": "AllowedCallers",
    "TwimlCallMe": "PhoneNumber",
    "TwimlConference": "Moderators",
    "TwimlEcho": "Twiml",
    "TwimlFindMe": "PhoneNumbers",
    "TwimlForward": "AllowedCallers",
    "TwimlHoldMusic": "Track",
    "TwimlMenu": "Options",
    "TwimlQueue": "Track",
    "TwimlReply": "Keywords",
    "TwimlSimulring": "PhoneNumbers",
    "TwimlVoicemail": "Notify",
}
CALL = [("CallSid", "CA" + "0" * 32), ("From", HANDSET), ("To", "+12025550100")]
JSON = {"Content-Type": "application/json", "x-functions-key": FUNCTION_KEY}


class Wanted(NamedTuple):
    """A request: its URL, its body if it is posted, and its headers."""

    url: str
    body: bytes
    headers: dict[str, str]

    def send(self) -> None:
        """Send it; the response doesn't matter, unless it is a server error."""
        method = "POST" if self.body else "GET"
        answer = requests.request(
            method, self.url, data=self.body, headers=self.headers, timeout=60
        )
        assert answer.status_code < 500 or answer.status_code == 503


class Maker:
    """Makes requests to a function of a running stack."""

    def __init__(self, stack: LocalStack, function: str) -> None:
        self._token = stack.auth_token
        self._url = f"{stack.functions_url}/api/{function}"

    def signed(self, query: str = "", form: list[tuple[str, str]] = CALL) -> Wanted:
        """Return a request as Twilio posts it."""
        url = f"{self._url}?{query}"
        signature = sign(self._token, url, form).decode()
        headers = {"X-Twilio-Signature": signature, "Content-Type": FORM}
        return Wanted(url, urlencode(form).encode(), headers)

    def forged(self, query: str, body: bytes, **headers: str) -> Wanted:
        """Return a request with a wrong signature, as anyone could send it."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        wrong = {"X-Twilio-Signature": "A" * 27 + "=", "Content-Type": FORM}
        return Wanted(f"{self._url}?{query}", body, wrong | named)

    def asked(self, query: str = "", body: bytes = b"", **headers: str) -> Wanted:
        """Return a request with the function key; a body is JSON."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return Wanted(f"{self._url}?{query}" if query else self._url, body, JSON | named)


def filled(*pieces: str) -> str:
    """Return a query of numbered copies of these pieces, as many as fit into a URL."""
    query, number = "", 0
    while len(query) < MAX_URL_CHARS - 150 and number < 990:
        query += pieces[number % len(pieces)].format(number) + "&"
        number += 1
    return query[:-1]


def webhook(make: Maker, function: str) -> tuple[Wanted, list[Wanted]]:
    """Return a small request from Twilio, and the worst ones: forged, and from a URL's author."""
    name = PARAMETERS.get(function, "Message")
    escapes = (b"Body=" + b"%41" * MAX_WEBHOOK_BYTES)[: MAX_WEBHOOK_BYTES // 3 * 3 - 1]
    longest, path = filled("a='%27"), f"/api/{function}?"
    return make.signed(f"{name}=1"), [
        make.forged(longest, escapes),
        make.forged(longest, b"a=" * 5 + b"b=" * 100),
        make.forged(longest, escapes, X_Original_Url=path + longest.replace("a=", "%61=")),
        make.forged(longest, b"&".join(b"%%41%d=%%42" % number for number in range(150))),
        make.forged("", b"a" * MAX_BODY_BYTES),
        make.signed(filled(name + "[{}]=2025550123")),
        make.signed(filled(name + "=%C3%A9")),
        make.signed(filled("From=%2B1202555{:04}", "To={}", f"{name}[]=1")),
        make.signed(f"{name}={quote('<Response>' + '<Dial>1 202 555 0123</Dial>' * 150)}"),
        make.signed(f"{name}[]=1", [*CALL, *((f"a{n}", "é" * 20) for n in range(140))]),
    ]


def action(make: Maker, function: str) -> tuple[Wanted, list[Wanted]]:
    """Return a small request from the app's own code, and the worst ones."""
    if function not in ("SendSms", "PlaceCall"):
        return make.asked("sid=a"), [
            make.asked(filled("sid={}")),
            make.asked(filled("sid=%41&key=%%%")),
            make.asked("sid=a", Range="bytes=" + "0-1," * 5000, If_None_Match='"a",' * 3000),
        ]
    to, most, encoded = b'{"to": "+12025550123", ', MAX_JSON_BYTES - 100, MAX_BODY_BYTES - 100
    media = b'"url": "https://' + b"a" * 1990 + b"/" + b"a" * 1990 + b'^"}'
    return make.asked(body=to + b'"from": "no"}'), [
        make.asked(body=to + media),
        make.asked(body=to + media.replace(b"url", b"media_url")),
        make.asked(body=to + b'"body": [' + b"1," * (most // 2) + b"1]}"),
        make.asked(body=to + b'"body": [' + b"{}," * (most // 3) + b"{}]}"),
        make.asked(body=to + b'"body": ' + b"[" * most),
        make.asked(body=to + b'"from": "' + b" " * most + b'"}'),
        make.asked(body=to + b'"from": "x"}', Idempotency_Key='"' + '\\"' * 7000 + '"'),
        make.asked(body=b"to=" + b"%41" * (encoded // 3), Content_Type=FORM),
        make.asked(body=b"to=" + b"%" * encoded, Content_Type=FORM),
    ]


def requests_of(stack: LocalStack, function: str) -> tuple[Wanted, list[Wanted]]:
    kind = webhook if function.startswith(("Twiml", "On")) else action
    return kind(Maker(stack, function), function)


def processor_s(stack: LocalStack) -> float:
    """Return the CPU seconds that the host's process has used."""
    url = f"{stack.functions_url}/admin/host/status"
    status = requests.get(url, headers={"x-functions-key": FUNCTION_KEY}, timeout=60).json()
    fields = Path(f"/proc/{status['instanceId']}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def cost_s(stack: LocalStack, wanted: Wanted) -> float:
    """Return a request's CPU seconds in the host, the better of two rounds."""
    costs: list[float] = []
    for _ in range(2):
        before = processor_s(stack)
        for _ in range(REPEATS):
            wanted.send()
        costs.append((processor_s(stack) - before) / REPEATS)
    return min(costs)


def took_s(work: Callable[[], object]) -> float:
    """Return how long a call takes, in seconds."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def waits_s(stack: LocalStack, others: list[Wanted]) -> list[float]:
    """Return TwimlHello's response times while these requests are repeated concurrently."""
    hello = Wanted(f"{stack.functions_url}/api/TwimlHello", b"", {})
    is_over = threading.Event()

    def keep_asking(first: int) -> None:
        for number in itertools.count(first, AT_ONCE):
            if is_over.is_set():
                return
            others[number % len(others)].send()

    waits: list[float] = []
    with ThreadPoolExecutor(AT_ONCE) as threads:
        asking = [threads.submit(keep_asking, first) for first in range(AT_ONCE)]
        try:
            for _ in range(REPEATS):
                waits.append(took_s(hello.send))
        finally:
            is_over.set()
        for asked in asking:
            asked.result()
    return waits


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_worst_request_costs_as_much_as_a_few_small_ones(
    stack: LocalStack, function: str
) -> None:
    small, worst = requests_of(stack, function)
    usual_s = max(cost_s(stack, small), 0.001)
    costs = {number: cost_s(stack, wanted) / usual_s for number, wanted in enumerate(worst)}

    assert {number: cost for number, cost in costs.items() if cost > MOST_COST} == {}


def test_twenty_concurrent_worst_requests_do_not_block_others(stack: LocalStack) -> None:
    """A request waits for at most the twenty before it, each costing only a few small requests."""
    at_once = [name for name in FUNCTIONS if name.startswith(("Twiml", "Send"))]
    pairs = [requests_of(stack, function) for function in at_once]
    alone = [took_s(small.send) for _ in range(3) for small, _ in pairs]
    waits = waits_s(stack, [wanted for _, worst in pairs for wanted in worst])

    assert median(waits) < AT_ONCE * MOST_COST * median(alone)
