"""What vouches for a call in the first request for its TwiML.

Twilio's recorded requests have these fields only there, and StirVerstat only in North America
(twilio.com/docs/voice/trusted-calling-with-shakenstir).
"""

import json
import secrets
from base64 import urlsafe_b64encode
from urllib.parse import quote

from deskphone.line.fields import Fields
from deskphone.records.call import Call

NORTH_AMERICA = "+1"


def of_incoming(call: Call) -> Fields:
    """Return the fields for a call from a person: full attestation within North America."""
    level = "A" if call.sender.startswith(NORTH_AMERICA) else "C"
    is_checked = call.to.startswith(NORTH_AMERICA)
    verstat = (("StirVerstat", f"TN-Validation-Passed-{level}"),) if is_checked else ()
    return (*verstat, ("CallToken", _token(call)))


def of_outgoing(call: Call) -> Fields:
    """Return the fields for a call that the REST API placed."""
    if not call.to.startswith(NORTH_AMERICA):
        return ()
    return (("StirStatus", "C"), ("StirVerstat", "TN-Validation-Passed-C"))


def _token(call: Call) -> str:
    """Return a CallToken in Twilio's form, encoded JSON with a JWT. Only this emulator's."""
    issued = str(int(call.created.timestamp()))
    claims = {"callSid": call.sid, "from": call.sender, "to": call.to, "iat": issued}
    signed = ".".join(_encoded(_json(part)) for part in ({"alg": "ES256"}, claims))
    jwt = f"{signed}.{_encoded(secrets.token_bytes(64))}"
    return quote(_json({"parentCallInfoToken": jwt, "identityHeaderTokens": []}))


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")
