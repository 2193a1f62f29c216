"""Requests of Twilio: a `Webhook` exists only when its signature was right."""

from typing import NamedTuple
from urllib.parse import parse_qsl

import azure.functions as func

from shared import signatures
from shared.credentials import Credentials
from shared.errors import ForgedRequestError
from shared.forms import FORM_TYPE, MAX_BODY_BYTES, MAX_FIELDS, media_type_of
from shared.public_urls import PublicUrls, query_of
from shared.settings import Secret

WRONG_SIGNATURE = "The X-Twilio-Signature does not match."

Pairs = list[tuple[str, str]]


class Webhook(NamedTuple):
    """One request of Twilio: the query of its URL and its form, decoded, blanks included.

    `url` is the one that the host gave to the request; PublicUrls makes others of it.
    """

    query: Pairs
    form: Pairs
    url: str = ""

    def parameter(self, name: str) -> str | None:
        """The first value of the query's parameter `name`: what the app's owner configured."""
        return _first(self.query, name)

    def field(self, name: str) -> str | None:
        """What Twilio tells: the first field `name` of the form, or of the query of a GET."""
        value = _first(self.form, name)
        return self.parameter(name) if value is None else value


async def verify(req: func.HttpRequest, urls: PublicUrls, credentials: Credentials) -> Webhook:
    """Check who made the request and read it, its form once.

    Raise ForgedRequestError when the signature is missing or wrong, ConfigurationError or
    VaultError when that cannot be found out.
    """
    url = urls.of_request(req.url)
    signature = req.headers.get(signatures.HEADER)
    if not signature:
        raise ForgedRequestError("The header X-Twilio-Signature is missing.", url)
    if not signatures.is_signature(signature):  # before a form that may be long is read
        raise ForgedRequestError(WRONG_SIGNATURE, url)
    query = _decoded(query_of(url), url)
    form = _signed_form(req, query, url)
    if not await _is_from_twilio(credentials, signature, url, form):
        raise ForgedRequestError(WRONG_SIGNATURE, url)
    return Webhook(query, form, req.url)


async def _is_from_twilio(credentials: Credentials, signature: str, url: str, form: Pairs) -> bool:
    """Try the auth token, the next one during a rotation, then both as they are in the vault now.

    Twilio signs with the primary token until the secondary is promoted.
    """
    (primary,) = await credentials.get(Secret.AUTH_TOKEN)
    if signatures.is_signed(signature, [primary], url, form):
        return True
    secondary = await credentials.find(Secret.AUTH_TOKEN_SECONDARY)
    if secondary and signatures.is_signed(signature, [secondary], url, form):
        return True
    await credentials.refresh(Secret.AUTH_TOKEN, Secret.AUTH_TOKEN_SECONDARY)
    (current,) = await credentials.get(Secret.AUTH_TOKEN)
    current_secondary = await credentials.find(Secret.AUTH_TOKEN_SECONDARY)
    fresh = {current, current_secondary or current} - {primary, secondary}
    return signatures.is_signed(signature, fresh, url, form)


def _signed_form(req: func.HttpRequest, query: Pairs, url: str) -> Pairs:
    """The fields that are part of the signature; none where the URL signs the body by its hash."""
    body = req.get_body()
    if req.method != "POST" or not body:
        return []
    if len(body) > MAX_BODY_BYTES:
        raise ForgedRequestError("The body is too long for a request of Twilio.", url)
    if media_type_of(req.headers.get("content-type", "")) == FORM_TYPE:
        return _decoded(body.decode("utf-8", "replace"), url)
    body_hash = _first(query, signatures.BODY_HASH_PARAMETER)
    if body_hash is None:
        raise ForgedRequestError("The body is not a form, and no bodySHA256 signs it.", url)
    if not signatures.is_body_hash(body, body_hash):
        raise ForgedRequestError("The body does not match bodySHA256.", url)
    return []


def _decoded(encoded: str, url: str) -> Pairs:
    try:
        return parse_qsl(encoded, keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError as error:
        raise ForgedRequestError(
            "There are too many fields for a request of Twilio.", url
        ) from error


def _first(pairs: Pairs, name: str) -> str | None:
    return next((value for key, value in pairs if key == name), None)
