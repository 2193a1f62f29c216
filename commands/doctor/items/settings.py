"""Items of the settings: each by itself, their names, and how they go together."""

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
from shared.guards.destinations import Destinations
from shared.phone_numbers import E164, masked, parse_number

# What the app reads.
OWN_NAMES = (
    *(setting.name for setting in all_settings()),
    *(secret.setting for secret in Secret),
)
# What the Functions host and Application Insights read.
HOST_NAMES = (
    "APPLICATIONINSIGHTS_AUTHENTICATION_STRING", "APPLICATIONINSIGHTS_CONNECTION_STRING",
    "AzureWebJobsStorage__credential", "FUNCTIONS_WORKER_RUNTIME",
)  # fmt: skip
# How much two names have in common that are the same but for a slip; 1 is everything.
SIMILAR = 0.85
# The secrets of local.settings.json.example, and of the emulator.
PLACEHOLDER = re.compile("(AC|SK)?(0{32}|1{32})")
EXAMPLE = "put your own account's values in their place; for the emulator: python3 dev.py start"


async def check_settings(examination: Examination) -> Finding:
    """Whether each setting can be used, and none that is needed is missing."""
    subject = examination.subject
    if subject.file_problem:
        return wrong(subject.file_problem, "mend the file; local.settings.json.example is a model")
    try:
        settings = examination.settings
        is_sender = not examination.is_deployment
        settings.require(*needed_by(settings), sender=is_sender, public_url=True)
        Destinations(settings).require_known_countries()
    except ConfigurationError as error:
        return wrong(error.detail, "set what is named; docs/use/configuration.md explains each")
    if subject.place is Place.DESK:
        return ok("python3 dev.py start sets what it needs")
    return ok("each is well-formed, and none is missing")


async def check_setting_names(examination: Examination) -> Finding:
    """Names that nothing reads and that look like one that the app reads."""
    return judge_names(examination.subject.names)


def judge_names(names: Collection[str]) -> Finding:
    """Find the names that are a slip away from a setting."""
    slips = {name: meant for name in sorted(names) if (meant := meant_by(name))}
    if slips:
        return warning(
            ", ".join(f"{name} is no setting" for name in slips),
            ", ".join(f"did you mean {meant}?" for meant in slips.values()),
        )
    return ok("none looks like a misspelling")


def meant_by(name: str) -> str:
    """The setting that an unknown name was meant for, "" where it is like none or is one."""
    if name in OWN_NAMES or name in HOST_NAMES:
        return ""
    by_upper_case = {known.upper(): known for known in OWN_NAMES}
    found = difflib.get_close_matches(name.upper(), by_upper_case, n=1, cutoff=SIMILAR)
    return by_upper_case[found[0]] if found else ""


async def check_combinations(examination: Examination) -> Finding:
    """Settings that are right by themselves and wrong together."""
    return judge_combinations(
        examination.settings, examination.subject.values, examination.subject.place
    )


def judge_combinations(settings: Settings, values: Mapping[str, str], place: Place) -> Finding:
    """Say the worst thing first: what sends requests elsewhere, then what is not used."""
    if place is Place.DEPLOYMENT and settings.local_stack_url:
        return wrong(
            "LOCAL_STACK_URL is set, so the emulator would be asked and not Twilio",
            "empty it (--settings '' leaves the file out); a deployment must not have it either",
        )
    if not settings.local_stack_url and any(
        PLACEHOLDER.fullmatch(settings.secrets.get(secret, ""))
        for secret in (() if settings.key_vault_url else settings.secrets)
    ):
        return wrong("the secrets are those of the example", EXAMPLE)
    if switch := _switch_on(settings):
        return warning(f"{switch} is on, so nothing is sent", "set it to false to send again")
    if impossible := _impossible_recipients(settings):
        return warning(
            f"BLOCKED_RECIPIENTS has numbers that cannot exist: {', '.join(impossible)}",
            "correct them: as they are, they block no one",
        )
    if place is not Place.DESK and (unused := _unused(settings, values)):
        return warning(*unused)
    if settings.messaging_service_sid and E164.fullmatch(settings.from_number):
        return ok("texts go out through the messaging service, calls from the number")
    return ok("nothing contradicts")


def _switch_on(settings: Settings) -> str:
    """The setting that holds back whatever the app would send; "" for none."""
    if settings.guards.kill_switch:
        return "KILL_SWITCH"
    return "DRY_RUN" if settings.guards.dry_run else ""


def _impossible_recipients(settings: Settings) -> list[str]:
    """Return the blocked numbers of no possible length, masked; a digit may be missing."""
    found: list[str] = []
    for number in sorted(settings.guards.blocked_recipients):
        try:
            parse_number(number, region=settings.default_region, field="number")
        except InvalidRequestError:
            found.append(masked(number) or "")
    return found


def _unused(settings: Settings, values: Mapping[str, str]) -> tuple[str, str] | None:
    """A setting that another one makes useless, and what to do."""
    plain = [
        secret.setting
        for secret, value in settings.secrets.items()
        if settings.key_vault_url and not PLACEHOLDER.fullmatch(value)
    ]
    if plain:
        return (
            f"{', '.join(plain)} do not count, because KEY_VAULT_URL is set",
            "empty them: a secret that nobody reads can only leak",
        )
    if settings.storage_connection and settings.storage_table_url:
        return (
            "AzureWebJobsStorage wins over the account's name, so the identity is not used",
            "empty AzureWebJobsStorage to open the storage by the identity",
        )
    if values.get("LOCAL_STACK_URL", "").strip() and not is_loopback(settings.public_url):
        return (
            "LOCAL_STACK_URL is set with a PUBLIC_URL of the outside",
            "empty PUBLIC_URL: the emulator calls the app on this machine",
        )
    return None


async def check_public_url(examination: Examination) -> Finding:
    """Whether Twilio can find the app under the address that it is given."""
    url = examination.subject.app_url
    if not examination.is_real:
        return ok(f"{url}, which the emulator reaches")
    if is_loopback(url):
        return warning(
            f"{url} is this machine, which Twilio cannot reach: no webhooks, no reports",
            "open a tunnel and set PUBLIC_URL to its address",
        )
    if not url.startswith("https://"):
        return warning(f"{url} is not https, so anybody on the way reads along", "use https")
    return ok(url)


async def check_local_stack(examination: Examination) -> Finding:
    """Whether the emulator runs, and is whole."""
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
        if examination.subject.place is Place.DESK and not examination.subject.is_expected:
            return skipped("nothing runs", start)
        return wrong(f"{url} does not answer: {error}", start)
    except (ValueError, KeyError, TypeError):
        return wrong(f"what answers at {url} is not the emulator", start)
    if faults:
        return warning(
            f"broken on purpose: {', '.join(faults)}",
            "switch the faults off on the phone page (Faults)",
        )
    return ok(f"the emulator runs at {url}")
