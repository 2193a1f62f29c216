"""Verify Twilio's requests: a `Webhook` exists only if its signature is valid."""

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

# How much of a rejected form the response repeats; Twilio's requests have about 30 short names.
MAX_SHOWN_FIELDS = 100
MAX_SHOWN_CHARS = 100

# Most of Twilio's requests have a few kilobytes, URL and form together. Longer ones are not worth
# an explanation, which takes one or two hundred signatures.
MAX_EXPLAINED_CHARS = 8_000
MAX_EXPLAINED_FIELDS = 100
# Secrets that may have been used by mistake.
OTHER_SECRETS = (*AUTH_TOKENS, *WEBHOOK_KEYS, Secret.API_KEY_SECRET)

# Twilio sends caller and called number under two names each, once in a form or a query.
MAX_REPEATS = 20
# Every form from Twilio has one of these fields.
SIDS = ("CallSid", "MessageSid", "RecordingSid")
# The Direction of a call that the app placed.
OUTGOING = "outbound-api"


class Webhook:
    """A verified request from Twilio: its query and form, decoded, including blank values.

    `url` is the one that the host gave the request; PublicUrls builds those of other functions.
    shared/answers/facts.py explains `posted`, `steering` and `denying`.
    """

    def __init__(self, query: Pairs, form: Pairs, url: str = "") -> None:
        self.query = query
        self.form = form
        self.url = url

    def parameter(self, name: str) -> str | None:
        """Return the first value of a query parameter, which the app's owner configured."""
        return _first(self.query, name)

    def posted(self, name: str) -> str | None:
        """Return a field of Twilio's form, which may grant something, be stored or be sent on."""
        return self._posted.get(name)

    def steering(self, name: "Steering") -> str | None:
        """Return the first field `name` of the form, or else of the query."""
        value = _first(self.form, name)
        return self.parameter(name) if value is None else value

    def denying(self, *names: "Denying") -> list[str]:
        """Return every value of these fields, in the form and in the query.

        Raise InvalidRequestError for more values than Twilio can have sent.
        """
        values = [value for name, value in (*self.form, *self.query) if name in names]
        if len(values) > MAX_REPEATS:
            raise InvalidRequestError(
                f"`{names[0]}` appears {len(values)} times; the limit is {MAX_REPEATS}.",
                field=names[0],
            )
        return values

    @cached_property
    def _posted(self) -> dict[str, str]:
        """Return the form's fields, or nothing if the form has none of Twilio's SIDs.

        A browser that calls can add its own parameters to Twilio's. If a field has two values,
        it's unclear which is Twilio's, so the field proves nothing and is left out.
        """
        fields = dict(self.form)
        doubtful = {name for name, value in self.form if value != fields[name]}
        proven = {name: fields[name] for name in fields.keys() - doubtful} if doubtful else fields
        return proven if any(proven.get(name) for name in SIDS) else {}


class Verifier:
    """Verify and read requests; one instance lives as long as the worker."""

    def __init__(self, public_url: str, credentials: Credentials, clock: Clock) -> None:
        self._public_url = public_url
        self._clock = clock
        self._secrets = SignatureSecrets(credentials, clock)
        self._explanations: Explanations | None = None

    async def verify(self, req: func.HttpRequest) -> Webhook:
        """Return the request as a Webhook; raise ForgedRequestError for a bad signature.

        Raise ConfigurationError or VaultError if the app can't check it.
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
        """Return an explanation for the log, or "" if it would cost too much."""
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
    """Return the fields of a posted form; require `=` in each, as Twilio sends them.

    The signature doesn't cover `=`, so otherwise `To=client:ann` could become `To&client:ann`.
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
    """Reject a body that isn't a form unless its hash is in the URL, which is signed.

    Check the hash in any case, so that a request with a body can't be replayed without one.
    """
    body = req.get_body()
    body_hash = _first(query, signatures.BODY_HASH_PARAMETER)
    if body_hash is None and req.method == "POST" and body:
        raise ForgedRequestError("The body is not a form, and the URL has no bodySHA256.", url)
    if body_hash is not None and not signatures.is_body_hash(body, body_hash):
        raise ForgedRequestError("The body does not match bodySHA256.", url)


def _first(pairs: Pairs, name: str) -> str | None:
    return next((value for key, value in pairs if key == name), None)
