"""Check browser calls: the API key that signs tokens, and the TwiML app."""

from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple

from commands.doctor.examination import Examination
from commands.doctor.findings import Finding, State, ok, skipped, warning, wrong
from commands.doctor.items.account import explained
from commands.doctor.items.routing import Route, judge_route
from commands.doctor.items.secrets import read
from shared.config.settings import Secret
from shared.errors import TwilioError, TwilioRefusedError, VaultError

if TYPE_CHECKING:
    from twilio.rest import Client

FUNCTION = "TwimlClientOutgoing"
WIRE = "python3 dev.py wire --browser-calls"
HOME_REGION = "us1"
START_HAS_ONE = "python3 dev.py start has its own"


class Key(NamedTuple):
    """What is known of the API key; `is_restricted` is None if Twilio doesn't say."""

    is_there: bool = True
    is_restricted: bool | None = None


async def check_token_key(examination: Examination) -> Finding:
    """Check that the API key can sign tokens: it exists, and isn't restricted."""
    if not _is_used(examination):
        if not examination.is_real:
            return ok(START_HAS_ONE)
        return ok("not used: TWILIO_TWIML_APP_SID and CLIENT_IDENTITY_FROM are empty")
    try:
        values = [
            await read(examination.secret_source, secret)
            for secret in (Secret.API_KEY_SID, Secret.API_KEY_SECRET)
        ]
    except VaultError as error:
        return wrong(error.detail, "check the app's access to the vault")
    key_sid, key_secret = values
    if not (key_sid and key_secret):
        return wrong(
            "TwilioApiKeySid or TwilioApiKeySecret is missing, so there are no tokens",
            "create a standard API key and store it (docs/begin/browser-calls.md)",
        )
    return judge_key(await _key(examination, key_sid), examination.settings.twilio_region)


def judge_key(key: Key, region: str) -> Finding:
    """Judge a key for the region in the settings; only the home region's keys can be seen."""
    if region not in ("", HOME_REGION):
        return skipped(
            f"Twilio shows only keys in {HOME_REGION}: check that this one is in {region}"
        )
    if not key.is_there:
        return wrong(
            "Twilio doesn't know the API key, so it refuses tokens (20101)",
            "create the key in this account, or set TWILIO_REGION to the key's region",
        )
    if key.is_restricted:
        return wrong(
            "the API key is restricted, and can't sign tokens",
            "create a standard API key (docs/begin/browser-calls.md)",
        )
    if key.is_restricted is None:
        return ok("the API key is there; it must not be a restricted one")
    return ok("the API key can sign tokens")


async def check_twiml_app(examination: Examination) -> Finding:
    """Check that the TwiML app exists and where calls from browsers go."""
    sid = examination.settings.twiml_app_sid
    if not sid:
        if not examination.is_real:
            return ok(START_HAS_ONE)
        return ok("not used: TWILIO_TWIML_APP_SID is empty, so browsers only receive calls")

    async def fetch(client: "Client") -> Route:
        found = await client.applications(sid).fetch_async()
        return Route("calls", found.voice_url or "", found.voice_method or "POST")

    try:
        route = await examination.ask_twilio(fetch)
    except TwilioError as error:
        if _status(error) == HTTPStatus.NOT_FOUND:
            return wrong("the TwiML app is not in this account", f"clear its setting, then: {WIRE}")
        return wrong(*explained(error, "the account SID or the auth token"))
    if examination.is_real and not examination.is_public:
        return skipped("the app is on this machine, which Twilio can't reach")
    return judge_app(route, examination)


def judge_app(route: Route, examination: Examination) -> Finding:
    """Judge where calls from browsers go."""
    cure = f"{WIRE} --url {examination.subject.app_url}" if examination.is_deployment else WIRE
    if not route.url:
        return wrong("the TwiML app has no URL for calls (31404)", cure)
    if route.method.upper() == "GET":
        return wrong("the TwiML app uses GET, which doesn't prove who is calling", cure)
    found = judge_route(route, examination.base_url, examination.functions, cure)
    name = route.url.partition("?")[0].rpartition("/")[2]
    if found.state is State.OK and name != FUNCTION:
        return warning(f"calls from browsers go to {name}, not to {FUNCTION}", cure)
    return found


async def _key(examination: Examination, sid: str) -> Key:
    """Ask for the key's kind, which Twilio may not tell this credential or the emulator."""

    async def policy(client: "Client") -> bool:
        return bool((await client.iam.v1.api_key(sid).fetch_async()).policy)

    async def fetch(client: "Client") -> None:
        await client.keys(sid).fetch_async()

    try:
        return Key(is_restricted=await examination.ask_twilio(policy))
    except TwilioError:
        pass
    try:
        await examination.ask_twilio(fetch)
    except TwilioError as error:
        return Key(is_there=_status(error) != HTTPStatus.NOT_FOUND)
    return Key()


def _is_used(examination: Examination) -> bool:
    config = examination.settings
    return bool(config.twiml_app_sid or config.client_identity_from)


def _status(error: TwilioError) -> int:
    return error.twilio_status if isinstance(error, TwilioRefusedError) else 0
