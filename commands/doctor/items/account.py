"""Items of the Twilio account: its credentials, its state, and what a trial may not do."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

from commands.doctor.examination import Account, Examination
from commands.doctor.findings import Finding, State, ok, skipped, warning, wrong
from commands.doctor.items.rotation import FOLLOWERS
from commands.doctor.subject import Place
from shared.config.settings import Secret
from shared.errors import TwilioError, TwilioRefusedError, TwilioUnreachableError

if TYPE_CHECKING:
    from twilio.rest import Client
    from twilio.rest.api.v2010.account import AccountInstance

# Twilio, Trials: Try out SMS; error 575001.
TRIAL_LIFE = timedelta(days=30)
# Twilio, Trials: Try out SMS, Try out voice; errors 572006, 21608, 21219, 13805.
TRIAL_LIMITS = (
    "texts only from Twilio's templates and only to verified US numbers, five at most; "
    "calls only with verified numbers, one at a time, ten minutes each"
)
UPGRADE = "upgrade the account in Twilio's console to send your own texts to everybody"


async def check_account(examination: Examination) -> Finding:
    """Whether Twilio accepts the auth token, and whether the account works.

    The account itself is fetched, the cheapest request that says so: it costs nothing. A Standard
    API key may not fetch it, so the auth token asks, which is needed for signatures anyway.
    """

    async def fetch(client: "Client") -> "AccountInstance":
        return await client.api.accounts(examination.secrets[Secret.ACCOUNT_SID]).fetch_async()

    try:
        found = await examination.ask_twilio(fetch)
    except TwilioError as error:
        return wrong(*explained(error, "the account SID or the auth token"))
    examination.account = Account(str(found.status), str(found.type), found.date_created)
    finding = judge_account(examination.account)
    if finding.state is State.OK and examination.uses_secondary():
        return judge_secondary(examination, Secret.AUTH_TOKEN)
    return finding


def judge_account(account: Account) -> Finding:
    """A suspended or closed account neither sends nor answers."""
    if account.status == "active":
        return ok(f"Twilio accepts the auth token; {account.kind} account, active")
    return wrong(
        f"the account is {account.status}",
        "see why in Twilio's console: most often the balance is used up",
    )


async def check_api_key(examination: Examination) -> Finding:
    """Whether Twilio accepts the API key: one message is listed, which every kind of key may."""
    if examination.settings.rest_credential != "api_key":
        return ok("not used: requests carry the auth token")

    async def list_one(client: "Client") -> None:
        await client.messages.page_async(page_size=1)

    try:
        await examination.ask_twilio(list_one, with_api_key=True)
    except TwilioError as error:
        return wrong(*explained(error, "the API key or its secret"))
    if examination.uses_secondary(with_api_key=True):
        return judge_secondary(examination, Secret.API_KEY_SID, Secret.API_KEY_SECRET)
    return ok("Twilio accepts the API key")


def judge_secondary(examination: Examination, *secrets: Secret) -> Finding:
    """The app works with what is secondary to these secrets, which is a step before the end."""
    pairs = [(FOLLOWERS[secret], secret) for secret in secrets]
    settings, place = examination.settings, examination.subject.place
    if settings.key_vault_url:
        vault = "--local" if place is Place.DESK else f"--vault {settings.key_vault_url}"
        copies = " ".join(f"--copy {source} {target}" for source, target in pairs)
        step = f"python3 dev.py secrets {vault} {copies}"
    else:
        step = "; ".join(f"copy {source.setting} to {target.setting}" for source, target in pairs)
    secondary = " and ".join(source for source, _ in pairs)
    return warning(
        f"Twilio refuses {' and '.join(secrets)}; the app goes on with {secondary}",
        f"make what is secondary the primary one: {step} (docs/operate/running.md#change-a-secret)",
    )


async def check_trial(examination: Examination) -> Finding:
    """What a trial account may not do, as the rules are since 2026."""
    if examination.account is None:
        return skipped("the account is not known")
    return judge_trial(examination.account, examination.clock.now())


def judge_trial(account: Account, now: datetime) -> Finding:
    """A trial ends 30 days after its beginning."""
    if account.kind != "Trial":
        return ok("no trial account, so no such limits")
    if account.created is None:
        return warning(f"trial account: {TRIAL_LIMITS}; it ends after 30 days", UPGRADE)
    created = account.created.replace(tzinfo=account.created.tzinfo or UTC)
    left = (created + TRIAL_LIFE - now) // timedelta(days=1)
    if left < 0:
        return wrong("the trial has ended, 30 days after it began", UPGRADE)
    return warning(f"trial account: {TRIAL_LIMITS}; it ends in {left} days", UPGRADE)


def explained(error: TwilioError, suspects: str) -> tuple[str, str]:
    """What is wrong between us and Twilio, and what to do; Twilio's text may quote the request."""
    if isinstance(error, TwilioUnreachableError):
        return "Twilio cannot be reached", "does this machine's network let requests out?"
    if not isinstance(error, TwilioRefusedError):
        return (
            "Twilio did not give a usable answer",
            "try again; status.twilio.com says if it is down",
        )
    if error.twilio_status == HTTPStatus.UNAUTHORIZED:
        return (
            f"Twilio does not accept {suspects}",
            "copy them from Twilio's console to where the app reads them; a rotated token is dead",
        )
    code = f", error {error.code}: https://www.twilio.com/docs/api/errors/{error.code}"
    return (
        f"Twilio refuses ({error.twilio_status})" + (code if error.code else ""),
        "look at the account in Twilio's console",
    )
