"""Requests of Twilio: a `Webhook` exists only when its signature was right."""

from functools import cached_property, partial
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import azure.functions as func

from shared.clock import Clock
from shared.config.credentials import Credentials
from shared.config.settings import Secret
from shared.errors import ForgedRequestError
from shared.http.request_parts import (
    FORM_TYPE,
    MAX_BODY_BYTES,
    MAX_FIELDS,
    media_type_of,
)
from shared.http.urls import path_and_query, query_of
from shared.webhooks import signatures
from shared.webhooks.headers import (
    AUTH_TOKENS,
    WEBHOOK_KEYS,
    WRONG_SIGNATURE,
    SignatureHeader,
    signature_header,
)
from shared.webhooks.secrets import SignatureSecrets, Trial

if TYPE_CHECKING:
    from shared.answers.facts import Denying, Steering
    from shared.webhooks.explanation import Explanations

# How much of a refused form the answer repeats; Twilio's requests have some 30 short names.
MAX_SHOWN_FIELDS = 500
MAX_SHOWN_CHARS = 200

# A request of Twilio has a few kilobytes; only such a one is worth an explanation.
MAX_EXPLAINED_BYTES = 16_000
MAX_EXPLAINED_FIELDS = 100
# What somebody may have signed with by mistake.
OTHER_SECRETS = (*AUTH_TOKENS, *WEBHOOK_KEYS, Secret.API_KEY_SECRET)

# What a form of Twilio is about: one of these is in it.
SIDS = ("CallSid", "MessageSid", "RecordingSid")
# The Direction of a call that the app has placed.
OUTGOING = "outbound-api"

Pairs = list[tuple[str, str]]


class Webhook:
    """One request of Twilio: the query of its URL and its form, decoded, blanks included.

    `url` is the one that the host gave to the request; PublicUrls makes those of other functions.
    The three readers of what Twilio tells are explained in shared/answers/facts.py.
    """

    def __init__(self, query: Pairs, form: Pairs, url: str = "") -> None:
        self.query = query
        self.form = form
        self.url = url

    def parameter(self, name: str) -> str | None:
        """The first value of the query's parameter `name`: what the app's owner configured."""
        return _first(self.query, name)

    def posted(self, name: str) -> str | None:
        """Return the first field `name` of Twilio's form: what may grant, be stored and sent on."""
        return self._posted.get(name)

    def steering(self, name: "Steering") -> str | None:
        """Return the first field `name` of the form, else of the query."""
        value = _first(self.form, name)
        return self.parameter(name) if value is None else value

    def denying(self, *names: "Denying") -> list[str]:
        """Return every value of these fields, in the form and in the query."""
        return [value for name, value in (*self.form, *self.query) if name in names]

    @cached_property
    def _posted(self) -> dict[str, str]:
        """The first value of each field; nothing of a form that names nothing of Twilio's."""
        fields = dict(reversed(self.form))
        return fields if any(fields.get(name) for name in SIDS) else {}


class Verifier:
    """Checks who made a request and reads it, its form once; lives as long as the worker."""

    def __init__(self, public_url: str, credentials: Credentials, clock: Clock) -> None:
        self._public_url = public_url
        self._clock = clock
        self._secrets = SignatureSecrets(credentials, clock)
        self._explanations: Explanations | None = None

    async def verify(self, req: func.HttpRequest) -> Webhook:
        """Raise ForgedRequestError when the signature is missing or wrong.

        Raise ConfigurationError or VaultError when that cannot be found out.
        """
        url = self._public_url + path_and_query(req.url)
        header = signature_header(req.headers, url)
        query = _decoded(query_of(url), url)
        form = _signed_form(req, query, url)
        trial = Trial(partial(self._is_made_with, req, header, url, form))
        if await self._secrets.try_all(header.secrets, trial):
            return Webhook(query, form, req.url)
        raise ForgedRequestError(
            WRONG_SIGNATURE if trial.tried else f"{header.secrets[0]} is missing.",
            url,
            self._explain(req, header, form, trial),
            fields=[name[:MAX_SHOWN_CHARS] for name, _ in sorted(set(form))[:MAX_SHOWN_FIELDS]],
            tokens=trial.names,
            algorithm=str(header.algorithm),
        )

    def _is_made_with(
        self, req: func.HttpRequest, header: SignatureHeader, url: str, form: Pairs, secret: str
    ) -> bool:
        """Try the URL as it came; only then, where there are any, other spellings of it."""
        signature, algorithm, _ = header
        if signatures.is_signed(signature, [secret], url, form, algorithm):
            return True
        from shared.webhooks.spellings import other_spellings

        return any(
            signatures.is_signed(signature, [secret], self._public_url + other, form, algorithm)
            for other in other_spellings(path_and_query(req.url), req.headers)
        )

    def _explain(
        self, req: func.HttpRequest, header: SignatureHeader, form: Pairs, trial: Trial
    ) -> str:
        """What the log says beyond the reason; "" where an explanation would cost too much."""
        is_long = len(req.get_body()) > MAX_EXPLAINED_BYTES or len(form) > MAX_EXPLAINED_FIELDS
        if is_long or not trial.tried:
            return ""
        from shared.webhooks.explanation import Explanations, Refused
        from shared.webhooks.variants import SignedRequest

        if self._explanations is None:
            self._explanations = Explanations(self._clock)
        sent = path_and_query(req.url)
        request = SignedRequest(self._public_url, sent, form, req.headers)
        others = self._secrets.known(*OTHER_SECRETS)
        refused = Refused(header.signature, header.algorithm, request, trial.tried, others)
        return self._explanations.of(refused)


def _signed_form(req: func.HttpRequest, query: Pairs, url: str) -> Pairs:
    """The fields that are part of the signature; none where the URL signs the body by its hash.

    A hash in the URL has to be right whatever comes with it, so that a request with a body cannot
    be repeated without one.
    """
    body = req.get_body()
    if len(body) > MAX_BODY_BYTES:
        raise ForgedRequestError("The body is too long for a request of Twilio.", url)
    has_form = media_type_of(req.headers.get("content-type", "")) == FORM_TYPE
    if req.method == "POST" and body and has_form:
        return _decoded(body.decode("utf-8", "replace"), url, strict=True)
    body_hash = _first(query, signatures.BODY_HASH_PARAMETER)
    if body_hash is None and req.method == "POST" and body:
        raise ForgedRequestError("The body is not a form, and no bodySHA256 signs it.", url)
    if body_hash is not None and not signatures.is_body_hash(body, body_hash):
        raise ForgedRequestError("The body does not match bodySHA256.", url)
    return []


def _decoded(encoded: str, url: str, *, strict: bool = False) -> Pairs:
    """Names and values; with `strict` each has to have its `=`, as all have that Twilio posts.

    The signature does not cover it: without this rule `To=client:ann` could become `To&client:ann`.
    """
    try:
        return parse_qsl(encoded, True, strict, max_num_fields=MAX_FIELDS)
    except ValueError as error:
        raise ForgedRequestError(
            "There are too many fields for a request of Twilio, or one of them has no `=`.", url
        ) from error


def _first(pairs: Pairs, name: str) -> str | None:
    return next((value for key, value in pairs if key == name), None)
