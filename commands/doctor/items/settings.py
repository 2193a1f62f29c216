"""Check the settings: each value, their names, and their combinations."""

import difflib
import re
from collections.abc import Collection, Mapping

from commands.doctor.examination import Examination
from commands.doctor.findings import Finding, ok, skipped, warning, wrong
from commands.doctor.items.secrets import needed_by
from commands.doctor.subject import Place
from shared.config.local_stack import is_loopback
from shared.config.settings import Secret, Settings, all_settings
from shared.errors import ConfigurationError, InvalidRequestError
from shared.phone_numbers import E164, masked, parse_number

# Read by the app.
OWN_NAMES = (
    *(setting.name for setting in all_settings()),
    *(secret.setting for secret in Secret),
)
# Read by the Functions host and Application Insights.
HOST_NAMES = (
    "APPLICATIONINSIGHTS_AUTHENTICATION_STRING", "APPLICATIONINSIGHTS_CONNECTION_STRING",
    "AzureWebJobsStorage__credential", "FUNCTIONS_WORKER_RUNTIME", "LOCAL_PRINCIPAL_ID",
)  # fmt: skip
# How similar a misspelled name is to the right one; 1 is identical.
SIMILAR = 0.85
# The secrets of local.settings.json.example, and of the emulator.
PLACEHOLDER = re.compile("(AC|SK)?(0{32}|1{32})")
EXAMPLE = "replace them with your own account's; for the emulator, use python3 dev.py start"


async def check_settings(examination: Examination) -> Finding:
    """Check that every setting is valid and no required setting is missing."""
    subject = examination.subject
    if subject.file_problem:
        return wrong(subject.file_problem, "fix the file; see local.settings.json.example")
    try:
        settings = examination.settings
        is_sender = not examination.is_deployment
        settings.require(*needed_by(settings), sender=is_sender, public_url=True)
    except ConfigurationError as error:
        return wrong(error.detail, "set it; see docs/use/configuration.md")
    if subject.place is Place.LOCAL_STACK:
        return ok("python3 dev.py start sets everything it needs")
    return ok("all are valid and complete")


async def check_setting_names(examination: Examination) -> Finding:
    """Check for names that look like a misspelled setting."""
    return judge_names(examination.subject.names)


def judge_names(names: Collection[str]) -> Finding:
    """Find the misspelled settings."""
    slips = {name: meant for name in sorted(names) if (meant := meant_by(name))}
    if slips:
        return warning(
            ", ".join(f"{name} is not a setting" for name in slips),
            ", ".join(f"did you mean {meant}?" for meant in slips.values()),
        )
    return ok("no misspellings")


def meant_by(name: str) -> str:
    """Return the setting that a name misspells, "" if it's a setting or not similar to one."""
    if name in OWN_NAMES or name in HOST_NAMES:
        return ""
    by_upper_case = {known.upper(): known for known in OWN_NAMES}
    found = difflib.get_close_matches(name.upper(), by_upper_case, n=1, cutoff=SIMILAR)
    return by_upper_case[found[0]] if found else ""


async def check_combinations(examination: Examination) -> Finding:
    """Check for settings that conflict."""
    return judge_combinations(
        examination.settings, examination.subject.values, examination.subject.place
    )


def judge_combinations(settings: Settings, values: Mapping[str, str], place: Place) -> Finding:
    """Return the worst conflict: first what misdirects requests, then what is unused."""
    if place is Place.DEPLOYMENT and settings.local_stack_url:
        return wrong(
            "LOCAL_STACK_URL is set, so requests would go to the emulator instead of Twilio",
            "clear it (--settings '' ignores the file); a deployment can't use it either",
        )
    if not settings.local_stack_url and any(
        PLACEHOLDER.fullmatch(settings.secrets.get(secret, ""))
        for secret in (() if settings.key_vault_url else settings.secrets)
    ):
        return wrong("the secrets are the example's", EXAMPLE)
    if switch := _switch_on(settings):
        return warning(f"{switch} is on, so nothing is sent", "set it to false to send again")
    if impossible := _impossible_recipients(settings):
        return warning(
            f"BLOCKED_RECIPIENTS has numbers that cannot exist: {', '.join(impossible)}",
            "correct them; they don't block anyone",
        )
    if place is not Place.LOCAL_STACK and (unused := _unused(settings, values)):
        return warning(*unused)
    if settings.messaging_service_sid and E164.fullmatch(settings.from_number):
        return ok("texts use the messaging service, calls use the number")
    return ok("no conflicts")


def _switch_on(settings: Settings) -> str:
    """Return the setting that stops the app from sending, or ""."""
    if settings.guards.kill_switch:
        return "KILL_SWITCH"
    return "DRY_RUN" if settings.guards.dry_run else ""


def _impossible_recipients(settings: Settings) -> list[str]:
    """Return the blocked numbers with an impossible length, masked."""
    found: list[str] = []
    for number in sorted(settings.guards.blocked_recipients):
        try:
            parse_number(number, region=settings.default_region, field="number")
        except InvalidRequestError:
            found.append(masked(number) or "")
    return found


def _unused(settings: Settings, values: Mapping[str, str]) -> tuple[str, str] | None:
    """Return a setting that another one overrides, and what to do, or None."""
    plain = [
        secret.setting
        for secret, value in settings.secrets.items()
        if settings.key_vault_url and not PLACEHOLDER.fullmatch(value)
    ]
    if plain:
        return (
            f"KEY_VAULT_URL is set, so the app ignores {', '.join(plain)}",
            "clear what's ignored: an unused secret can only leak",
        )
    if settings.storage_connection and settings.storage_table_url:
        return (
            "AzureWebJobsStorage overrides the account's name, so the identity is not used",
            "clear AzureWebJobsStorage to use the identity",
        )
    if values.get("LOCAL_STACK_URL", "").strip() and not is_loopback(settings.public_url):
        return (
            "LOCAL_STACK_URL is set, but PUBLIC_URL is not on this machine",
            "clear PUBLIC_URL: the emulator calls the app on this machine",
        )
    return None


async def check_public_url(examination: Examination) -> Finding:
    """Check that Twilio can reach the app's public address."""
    url = examination.subject.app_url
    if not examination.is_real:
        return ok(f"{url}, which the emulator can reach")
    if is_loopback(url):
        return warning(
            f"{url} is this machine, so Twilio can't send webhooks or reports",
            "open a tunnel and set PUBLIC_URL to its address",
        )
    if not url.startswith("https://"):
        return warning(f"{url} is not https, so others can read the traffic", "use https")
    return ok(url)


async def check_local_stack(examination: Examination) -> Finding:
    """Check that the emulator is running without injected faults."""
    url = examination.settings.local_stack_url
    if not url:
        return ok("not used: LOCAL_STACK_URL is empty")
    import json

    from commands.doctor.web import UnreachableError

    start = "start it: python3 dev.py start"
    try:
        answer = await examination.web.ask(f"{url}/emulator/faults")
        faults = [
            f"{fault['service']} {fault['kind']}" for fault in json.loads(answer.text)["faults"]
        ]
    except UnreachableError as error:
        if examination.subject.place is Place.LOCAL_STACK and not examination.subject.is_expected:
            return skipped("the emulator isn't running", start)
        return wrong(f"{url} doesn't respond: {error}", start)
    except (ValueError, KeyError, TypeError):
        return wrong(f"the program at {url} is not the emulator", start)
    if faults:
        return warning(
            f"injected faults: {', '.join(faults)}",
            "clear them on the phone page, under Faults",
        )
    return ok(f"the emulator is running at {url}")
