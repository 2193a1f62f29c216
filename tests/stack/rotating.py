"""Instances of the app in this process, each with its own cache of the secrets, for rotations."""

import json
import secrets
from typing import Any
from urllib.parse import parse_qs, urlencode

import azure.functions as func
from twilio.request_validator import RequestValidator

import GetClientToken
import GetSharedRecording
import SendSms
import TwimlMessage
from deskphone.values import HANDSETS
from shared import clients
from shared.clients import Clients
from shared.config.settings import Secret
from shared.http.request_parts import FORM_TYPE
from shared.media.links import Link
from shared.recordings.sound import WantedRecording
from tests.shared.conftest import ManualClock

RECORDING = "RE" + "a" * 32
LIFE_S = 7 * 24 * 3600
FORGED = "f" * 32
SHARED = "shared-key-of-mine-"
"""The prefix of webhook shared keys in these tests."""


class Instance:
    """A worker of the app; its functions are called one at a time."""

    def __init__(self, name: str, values: dict[str, str], clock: ManualClock) -> None:
        self.name = name
        self.url = values["PUBLIC_URL"]
        self._clock = clock
        self._clients = Clients(values, clock)

    async def webhook(self, token: str) -> int:
        """Receive a request signed with a token or a shared key; return the status."""
        url, form = f"{self.url}/api/TwimlMessage?Message=Hello", {"From": HANDSETS[0]}
        is_shared = token.startswith(SHARED)
        algorithm = "HMAC_SHA256" if is_shared else "HMAC_SHA1"
        signature = RequestValidator(token).compute_signature(url, form, algorithm)
        headers = {"Content-Type": FORM_TYPE, "X-Twilio-Signature": signature}
        if is_shared:
            headers["X-Twilio-Webhooks-Signature-Settings"] = f"key=mine,algorithm={algorithm}"
        body = urlencode(form).encode()
        return await self._call(
            TwimlMessage.main, func.HttpRequest("POST", url, headers=headers, body=body)
        )

    async def send(self) -> int:
        """Send a text; return the status."""
        form = urlencode({"to": HANDSETS[0], "body": "Hello"}).encode()
        headers = {"Content-Type": FORM_TYPE}
        request = func.HttpRequest("POST", f"{self.url}/api/SendSms", headers=headers, body=form)
        return await self._call(SendSms.main, request)

    async def token(self) -> str:
        """Get a token for a browser of someone who hasn't got one; return it."""
        body = json.dumps({"identity": secrets.token_hex(8)}).encode()
        url = f"{self.url}/api/GetClientToken"
        clients.reset(self._clients)
        answer = await GetClientToken.main(func.HttpRequest("POST", url, headers={}, body=body))
        return json.loads(answer.get_body())["token"]

    async def new_link(self) -> str:
        """Return the query of a new link, signed with the key that this instance uses."""
        key = await self._clients.credentials.find(Secret.LINK_SIGNING_KEY)
        assert key is not None
        link = Link(WantedRecording(RECORDING), int(self._clock.now().timestamp()) + LIFE_S)
        return link.query(key)

    async def open(self, query: str) -> int:
        """Open a link; return the status."""
        url = f"{self.url}/api/GetSharedRecording?{query}"
        request = func.HttpRequest("GET", url, headers={}, body=b"")
        return await self._call(GetSharedRecording.main, request)

    async def attacked(self, link: str) -> None:
        """Receive forged requests of both kinds and a forged link, and refuse them."""
        forged = {name: values[0] for name, values in parse_qs(link).items()}
        assert await self.webhook(FORGED) == 403
        assert await self.webhook(SHARED + FORGED) == 403
        assert await self.open(urlencode({**forged, "signature": "0" * 64})) == 403

    async def settle(self) -> None:
        """Wait for background reads."""
        await self._clients.credentials.settle()

    async def close(self) -> None:
        """Close its connections."""
        await self._clients.close()

    async def _call(self, main: Any, request: func.HttpRequest) -> int:
        clients.reset(self._clients)
        return (await main(request)).status_code
