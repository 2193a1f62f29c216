"""The requests to compare, and the responses to them.

With an account's own credentials only GETs are made. POSTs are made with test credentials, which
send nothing and cost nothing (twilio.com/docs/iam/test-credentials).
"""

import base64
import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import aiohttp

from deskphone.compare.forms import SID
from deskphone.records.addresses import API_VERSION

Json = dict[str, object]

ROWS = 5
"""How many rows of each list to fetch."""
RESOURCES = {
    "Messages": "messages",
    "Calls": "calls",
    "Recordings": "recordings",
    "IncomingPhoneNumbers": "incoming_phone_numbers",
    "Queues": "queues",
    "Conferences": "conferences",
}
"""Each list's name in a path, and in its JSON."""
PREFIXES = {"Messages": "SM", "Calls": "CA", "Recordings": "RE", "IncomingPhoneNumbers": "PN",
            "Queues": "QU", "Conferences": "CF"}  # fmt: skip
OK_SENDER, OK_PERSON = "+15005550006", "+15005550010"
LIMIT_S = 30
# These change with each connection and say nothing about the API.
HOP_HEADERS = frozenset(
    ("date", "content-length", "connection", "server", "keep-alive", "transfer-encoding", "etag",
     "set-cookie", "vary", "last-modified", "via", "x-cache", "x-amz-cf-id", "x-amz-cf-pop")
)  # fmt: skip


class Login(NamedTuple):
    """An account and what signs in to it: its token, or an API key and its secret."""

    account: str
    user: str
    password: str

    @property
    def headers(self) -> dict[str, str]:
        """The header that signs in."""
        login = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        return {"Authorization": f"Basic {login}"}


class Request(NamedTuple):
    """A request below the account; `path` has no leading slash. A `form` is posted."""

    path: str
    form: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        """The request as people write it, without SIDs."""
        verb = "POST" if self.form else "GET"
        values = "".join(f" {name}={value}" for name, value in self.form)
        path = SID.sub(r"\1…", self.path)
        return f"{verb} {path}{values}"


class Response(NamedTuple):
    """A response: its status, the names of its headers in lower case, and its JSON."""

    status: int
    headers: Sequence[str]
    body: Mapping[str, object]


class Exchange(NamedTuple):
    """A request and its response."""

    request: Request
    response: Response


def lists() -> list[Request]:
    """Return the requests for a few rows of each list."""
    return [Request(f"{name}.json?PageSize={ROWS}") for name in RESOURCES]


def errors() -> list[Request]:
    """Return GETs that any account refuses."""
    missing = [Request(f"{name}/{prefix}{'f' * 32}.json") for name, prefix in PREFIXES.items()]
    return [*missing, Request("Nothing.json"), Request("Messages.json?PageToken=garbage")]


def trials() -> list[Request]:
    """Return the POSTs to make with test credentials: one per magic number, and some mistakes."""
    text, call = {"From": OK_SENDER, "To": OK_PERSON}, {"Url": "http://demo.twilio.com/docs/v.xml"}
    magic = "+1500555000{}"
    forms: list[tuple[str, dict[str, str]]] = [
        ("Messages", text | {"Body": "x"}),
        ("Messages", {"To": OK_PERSON, "Body": "x"}),
        ("Messages", {"From": OK_SENDER, "Body": "x"}),
        ("Messages", text),
        *(("Messages", text | {"Body": "x", "From": magic.format(n)}) for n in "178"),
        *(("Messages", text | {"Body": "x", "To": magic.format(n)}) for n in "12349"),
        ("Calls", text | call),
        ("Calls", text),
        ("Calls", {"From": OK_SENDER, **call}),
        *(("Calls", text | call | {"To": magic.format(n)}) for n in "1234"),
        *(("IncomingPhoneNumbers", {"PhoneNumber": magic.format(n)}) for n in "016"),
    ]
    return [Request(f"{name}.json", tuple(form.items())) for name, form in forms]


async def ask(session: aiohttp.ClientSession, url: str, login: Login, request: Request) -> Exchange:
    """Make a request to Twilio's API at `url`; raise aiohttp.ClientError."""
    async with session.request(
        "POST" if request.form else "GET",
        f"{url}/{API_VERSION}/Accounts/{login.account}/{request.path}",
        data=list(request.form) or None,
        headers=login.headers,
        timeout=aiohttp.ClientTimeout(total=LIMIT_S),
        allow_redirects=False,
    ) as response:
        names = {name.lower() for name in response.headers} - HOP_HEADERS
        return Exchange(
            request, Response(response.status, sorted(names), _body(await response.read()))
        )


def _body(content: bytes) -> Json:
    """Return the JSON object of a response; an empty one for anything else."""
    try:
        body: object = json.loads(content)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
