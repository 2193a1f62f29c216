"""Requests for products and versions of Twilio's API that aren't emulated.

Each product has its own host, such as messaging.twilio.com. A Twilio SDK that is pointed at the
emulator sends all of them here, and some put the product first in the path.
"""

import re
from itertools import takewhile

from aiohttp import web

from deskphone.account.store import Store
from deskphone.account.trial import NO_VERIFY
from deskphone.clock import Clock
from deskphone.rest.answers import json_answer
from deskphone.rest.errors import NotEmulatedError, TwilioRefusalError, refused

PRODUCTS = (
    "accounts", "assistants", "autopilot", "bulkexports", "chat", "content", "conversations",
    "events", "fax", "flex-api", "frontline-api", "iam", "insights", "intelligence", "ip-messaging",
    "knowledge", "lookups", "marketplace", "media", "memory", "messaging", "microvisor", "monitor",
    "notify", "numbers", "oauth", "preview", "preview-iam", "pricing", "proxy", "routes",
    "serverless", "studio", "supersim", "sync", "taskrouter", "trunking", "trusthub", "verify",
    "video", "voice", "webhooks", "wireless",
    "HostedNumbers", "Organizations",  # parts of preview and preview-iam that have no version
)  # fmt: skip
"""The first parts of their host names (twilio-python 9.13.0, and retired products)."""
VERSION = r"v\d+|\d{4}-\d{2}-\d{2}"
HOST = r"[a-z0-9.-]+\.twilio\.com"
"""A host that belongs to none of the products: `deskphone run` puts it first in the path."""
PATH = rf"(?:{'|'.join(PRODUCTS)}|{VERSION}|{HOST})/.*"
VERIFY = re.compile(r"/verify/|/v2/Services/VA")
NAME = re.compile(rf"[A-Za-z-]+|{VERSION}|{HOST}")


def is_rest(path: str) -> bool:
    """Whether a path belongs to Twilio's REST API, emulated or not."""
    return re.fullmatch(f"/{PATH}", path) is not None


class OtherProducts:
    """Answers all requests with 501, and raises an alert that names the product and version."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def route(self) -> web.RouteDef:
        return web.route("*", f"/{{path:{PATH}}}", self.refuse)

    async def refuse(self, request: web.Request) -> web.Response:
        trial = self._store.trial
        if trial and trial.is_over(self._clock.now()) and VERIFY.match(request.path):
            return _json(refused(NO_VERIFY))
        refusal = NotEmulatedError(f"Twilio's API {_name_of(request.path)}")
        self._store.alert("", None, refusal.message)
        return _json(refusal)


def _json(refusal: TwilioRefusalError) -> web.Response:
    return json_answer(refusal.body(), status=refusal.status)


def _name_of(path: str) -> str:
    """Return the start of a path, without SIDs and phone numbers: /messaging/v1/Services."""
    return "/" + "/".join(takewhile(NAME.fullmatch, path.split("/")[1:4]))
