"""Requests of Twilio: a `Webhook` exists only when its signature was right."""

from functools import cached_property
from typing import TYPE_CHECKING

import azure.functions as func

from shared.clock import Clock
from shared.config.credentials import Credentials
from shared.config.settings import Secret
from shared.errors import ForgedRequestError, InvalidRequestError
from shared.http.form_encoding import Pairs, read_pairs
from shared.http.request_parts import (
    FORM_TYPE,
    MAX_FIELDS,
    MAX_WEBHOOK_BYTES,
    MAX_WEBHOOK_FIELDS,
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
from shared.webhooks.signed_texts import SignedTexts

if TYPE_CHECKING:
    from shared.answers.facts import Denying, Steering
    from shared.webhooks.explanation import Explanations

# How much of a refused form the answer repeats; Twilio's requests have some 30 short names.
MAX_SHOWN_FIELDS = 100
MAX_SHOWN_CHARS = 100

# Most requests of Twilio have a few kilobytes, URL and form together; only such a one is worth an
# explanation, for which it is signed a hundred times.
MAX_EXPLAINED_CHARS = 8_000
MAX_EXPLAINED_FIELDS = 100
# What somebody may have signed with by mistake.
OTHER_SECRETS = (*AUTH_TOKENS, *WEBHOOK_KEYS, Secret.API_KEY_SECRET)

# Twilio tells who calls and who is called by two names each, once in a form or a query.
MAX_TOLD = 20
# What a form of Twilio is about: one of these is in it.
SIDS = ("CallSid", "MessageSid", "RecordingSid")
# The Direction of a call that the app has placed.
OUTGOING = "outbound-api"


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
        """Return the field `name` of Twilio's form: what may grant, be stored and sent on."""
        return self._posted.get(name)

    def steering(self, name: "Steering") -> str | None:
        """Return the first field `name` of the form, else of the query."""
        value = _first(self.form, name)
        return self.parameter(name) if value is None else value

    def denying(self, *names: "Denying") -> list[str]:
        """Return every value of these fields, in the form and in the query.

        Raise InvalidRequestError for so many that Twilio has not told them.
        """
        values = [value for name, value in (*self.form, *self.query) if name in names]
        if len(values) > MAX_TOLD:
            raise InvalidRequestError(
                f"`{names[0]}` appears {len(values)} times; the limit is {MAX_TOLD}.",
                field=names[0],
            )
        return values

    @cached_property
    def _posted(self) -> dict[str, str]:
        """The fields of the form; nothing of a form that names nothing of Twilio's.

        A browser that calls adds parameters of its own to those of Twilio. So of two values, which
        one is Twilio's is not known, and the field proves nothing.
        """
        fields = dict(self.form)
        doubtful = {name for name, value in self.form if value != fields[name]}
        proven = {name: fields[name] for name in fields.keys() - doubtful} if doubtful else fields
        return proven if any(proven.get(name) for name in SIDS) else {}


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
        form = _form(req, url)
        texts = SignedTexts(self._public_url, path_and_query(req.url), form, req.headers)
        trial = Trial(lambda secret: texts.is_made_with(secret, header))
        if await self._secrets.try_all(header.secrets, trial):
            query = _query(req, url)
            if not form:
                _require_signed_body(req, query, url)
            return Webhook(query, form, req.url)
        raise ForgedRequestError(
            WRONG_SIGNATURE if trial.tried else f"{header.secrets[0]} is missing.",
            url,
            self._explain(req, header, form, trial),
            fields=[name[:MAX_SHOWN_CHARS] for name, _ in sorted(set(form))[:MAX_SHOWN_FIELDS]],
            tokens=trial.names,
            algorithm=str(header.algorithm),
        )

    def _explain(
        self, req: func.HttpRequest, header: SignatureHeader, form: Pairs, trial: Trial
    ) -> str:
        """What the log says beyond the reason; "" where an explanation would cost too much."""
        length = len(req.url) + len(req.get_body())
        fields = req.url.count("&") + len(form)
        if length > MAX_EXPLAINED_CHARS or fields > MAX_EXPLAINED_FIELDS or not trial.tried:
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


def _form(req: func.HttpRequest, url: str) -> Pairs:
    """The fields of a posted form, written as Twilio writes one: each has its `=`.

    The signature does not cover it: without this rule `To=client:ann` could become `To&client:ann`.
    """
    body = req.get_body()
    if len(body) > MAX_WEBHOOK_BYTES:
        raise ForgedRequestError("The body is too long for a Twilio request.", url)
    if (
        not body
        or req.method != "POST"
        or media_type_of(req.headers.get("content-type", "")) != FORM_TYPE
    ):
        return []
    try:
        text, limit = body.decode(), MAX_WEBHOOK_FIELDS
        return read_pairs(text, max_fields=limit, errors="strict", strict=True)
    except ValueError as error:
        raise ForgedRequestError(
            "The form has too many fields for a Twilio request, a field without `=`, or a value "
            "that isn't percent-encoded UTF-8.",
            url,
        ) from error


def _query(req: func.HttpRequest, url: str) -> Pairs:
    try:
        return read_pairs(query_of(req.url), max_fields=MAX_FIELDS, errors="replace")
    except ValueError as error:
        raise ForgedRequestError("The query has too many fields.", url) from error


def _require_signed_body(req: func.HttpRequest, query: Pairs, url: str) -> None:
    """Refuse a body that is no form, unless its hash stands in the URL, which is signed.

    The hash has to be right whatever comes with it, so that a request with a body cannot be
    repeated without one.
    """
    body = req.get_body()
    body_hash = _first(query, signatures.BODY_HASH_PARAMETER)
    if body_hash is None and req.method == "POST" and body:
        raise ForgedRequestError("The body is not a form, and the URL has no bodySHA256.", url)
    if body_hash is not None and not signatures.is_body_hash(body, body_hash):
        raise ForgedRequestError("The body does not match bodySHA256.", url)


def _first(pairs: Pairs, name: str) -> str | None:
    return next((value for key, value in pairs if key == name), None)
