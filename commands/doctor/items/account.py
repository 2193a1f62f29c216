"""Check the Twilio account: its credentials, its state, and the limits of a trial."""

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
    "texts only from Twilio's templates and to verified US numbers; calls only with verified "
    "numbers in your country, after a message that waits for a key, one at a time, up to ten "
    "minutes each, without some TwiML verbs; at most five verified numbers"
)
UPGRADE = "upgrade the account in Twilio's console to send any text to anyone"


async def check_account(examination: Examination) -> Finding:
    """Check that Twilio accepts the auth token and that the account is active.

    Fetches the account, which is free. A Standard API key can't do that, so this uses the auth
    token, which signatures need anyway.
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
    """Return an error for a suspended or closed account, which can't send or receive."""
    if account.status == "active":
        return ok(f"Twilio accepts the auth token; the {account.kind} account is active")
    return wrong(
        f"the account is {account.status}",
        "see Twilio's console for the reason; usually the balance is used up",
    )


async def check_api_key(examination: Examination) -> Finding:
    """Check that Twilio accepts the API key, by listing one message, which any key can do."""
    if examination.settings.rest_credential != "api_key":
        return ok("not used: requests use the auth token")

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
    """Return a warning that the app runs on the secondary secrets: finish the rotation."""
    pairs = [(FOLLOWERS[secret], secret) for secret in secrets]
    settings, place = examination.settings, examination.subject.place
    if settings.key_vault_url:
        vault = "--local" if place is Place.LOCAL_STACK else f"--vault {settings.key_vault_url}"
        copies = " ".join(f"--copy {source} {target}" for source, target in pairs)
        step = f"python3 dev.py secrets {vault} {copies}"
    else:
        step = "; ".join(f"copy {source.setting} to {target.setting}" for source, target in pairs)
    secondary = " and ".join(source for source, _ in pairs)
    return warning(
        f"Twilio rejects {' and '.join(secrets)}; the app now uses {secondary}",
        f"make the secondary the primary: {step} (docs/operate/running.md#change-a-secret)",
    )


async def check_trial(examination: Examination) -> Finding:
    """Report the limits of a trial account, as of 2026."""
    if examination.account is None:
        return skipped("the account is unknown")
    return judge_trial(examination.account, examination.clock.now())


def judge_trial(account: Account, now: datetime) -> Finding:
    """Return how long a trial lasts: it ends after 30 days."""
    if account.kind != "Trial":
        return ok("not a trial account")
    if account.created is None:
        return warning(f"trial account: {TRIAL_LIMITS}; it ends after 30 days", UPGRADE)
    created = account.created.replace(tzinfo=account.created.tzinfo or UTC)
    left = (created + TRIAL_LIFE - now) // timedelta(days=1)
    if left < 0:
        return wrong("the trial ended after 30 days", UPGRADE)
    return warning(f"trial account: {TRIAL_LIMITS}; it ends in {left} days", UPGRADE)


def explained(error: TwilioError, suspects: str) -> tuple[str, str]:
    """Return what is wrong and how to fix it. Twilio's text is left out: it may quote secrets."""
    if isinstance(error, TwilioUnreachableError):
        return "can't reach Twilio", "check this machine's network connection"
    if not isinstance(error, TwilioRefusedError):
        return (
            "Twilio's response is invalid",
            "try again; check status.twilio.com for an outage",
        )
    if error.twilio_status == HTTPStatus.UNAUTHORIZED:
        return (
            f"Twilio rejects {suspects}",
            "copy them again from Twilio's console; a rotated token no longer works",
        )
    code = f", error {error.code}: https://www.twilio.com/docs/api/errors/{error.code}"
    return (
        f"Twilio rejected the request ({error.twilio_status})" + (code if error.code else ""),
        "check the account in Twilio's console",
    )
