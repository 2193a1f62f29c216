"""Check what Azure knows: the app's settings, references, updates, and the cap on its logs."""

from collections.abc import Collection, Mapping, Sequence
from typing import cast
from urllib.parse import urlsplit

from commands.doctor.azure import Document, Site, member
from commands.doctor.examination import Examination
from commands.doctor.findings import Finding, ok, shown, skipped, warning, wrong
from commands.doctor.items.deployment import not_reported
from commands.doctor.items.settings import OWN_NAMES

# The statuses of a reference without errors: resolved, and not tried yet
# (ApiKVReferenceProperties, Azure App Service REST API).
RESOLVED, NOT_YET = "Resolved", "Initialized"
# Whether a workspace accepts data (WorkspaceCapping, Log Analytics REST API).
STOPPED = ("OverQuota", "ForceOff", "SubscriptionSuspended")
ALMOST = "ApproachingQuota"
TAKING_IN = ("RespectQuota", "ForceOn")


async def check_azure(examination: Examination) -> Finding:
    """Find the app in Azure by its address, among those that your account can read."""
    host = urlsplit(examination.subject.app_url).hostname or ""
    sites = await examination.azure.sites_at(host)
    if len(sites) > 1:
        names = ", ".join(sorted(f"{site.name} ({site.group})" for site in sites))
        return skipped(
            f"several apps use {host}: {names}", "pass --url with the app's own host name"
        )
    if not sites:
        return skipped(
            f"your account can't see an app at {host}",
            "run az login with an account that can read it; Azure can't find an app behind a "
            "gateway or in its first minutes",
        )
    examination.site = sites[0]
    return ok(f"{sites[0].name} in the resource group {sites[0].group}")


async def check_app_settings(examination: Examination) -> Finding:
    """Check that the app sees all its settings in Azure; GetHealth lists those it sees."""
    seen = examination.health.get("settings_seen")
    if not isinstance(seen, list):
        return not_reported(examination)
    given = await examination.azure.app_settings(_site(examination))
    return judge_app_settings(given, cast("list[object]", seen))


def judge_app_settings(given: Collection[str], seen: Collection[object]) -> Finding:
    """Compare the app's setting names in Azure with those that the app sees."""
    own = [name for name in OWN_NAMES if name in given]
    hidden = [name for name in own if name not in seen]
    if hidden:
        return wrong(
            f"the app doesn't see {', '.join(hidden)} from its settings in Azure",
            "run az functionapp restart; if that doesn't help, deploy again",
        )
    return ok(f"the app sees all {len(own)} of its settings in Azure")


async def check_references(examination: Examination) -> Finding:
    """Check that Azure resolved every Key Vault reference."""
    references = await examination.azure.references(_site(examination))
    return judge_references({_name(row): _text(row, "status") for row in references})


def judge_references(statuses: Mapping[str, str]) -> Finding:
    """Judge the status of each reference, by the name of its setting."""
    broken = {
        name: status for name, status in statuses.items() if status not in (RESOLVED, NOT_YET, "")
    }
    if broken:
        return wrong(
            f"not resolved: {', '.join(f'{name} ({status})' for name, status in broken.items())}",
            "the app gets the reference instead of the secret: fix the reference, store the "
            "secret, or give the app's identity the Key Vault Secrets User role",
        )
    if waiting := [name for name, status in statuses.items() if status == NOT_YET]:
        return warning(f"not resolved yet: {', '.join(waiting)}", "check again in a few minutes")
    if unknown := [name for name, status in statuses.items() if not status]:
        return skipped(f"Azure doesn't say whether {unknown[0]} is resolved")
    if not statuses:
        return ok("no app setting refers to Key Vault")
    return ok(f"resolved: {', '.join(statuses)}")


async def check_updates(examination: Examination) -> Finding:
    """Report what an update does to running requests."""
    return judge_updates(await examination.azure.site(_site(examination)))


def judge_updates(site: Document) -> Finding:
    """Only Flex Consumption has strategies; Recreate is the default (learn.microsoft.com, Site
    update strategies in Flex Consumption)."""
    if not isinstance(member(site, "properties", "functionAppConfig"), dict):
        return skipped("the app isn't on Flex Consumption, so it has no update strategy")
    strategy = member(site, "properties", "functionAppConfig", "siteUpdateStrategy", "type")
    if strategy == "RollingUpdate":
        return warning(
            "RollingUpdate (preview): for a few minutes, the old and new versions run side by side",
            "use Recreate in production, unless both versions can run together",
        )
    if strategy in (None, "Recreate"):
        return ok("Recreate: deployments and setting changes abort running requests")
    return skipped(f"unknown strategy {shown(str(strategy))}")


async def check_log_cap(examination: Examination) -> Finding:
    """Check that logs are still accepted: without logs, no alert fires."""
    site = _site(examination)
    workspaces = await examination.azure.workspaces(site)
    if not workspaces:
        return skipped(f"the resource group {site.group} has no Log Analytics workspace")
    return judge_log_cap(workspaces)


def judge_log_cap(workspaces: Sequence[Document]) -> Finding:
    """Return the worst state among the workspaces."""
    statuses = {
        _name(row): _text(row, "workspaceCapping", "dataIngestionStatus") for row in workspaces
    }
    if stopped := [name for name, status in statuses.items() if status in STOPPED]:
        row = next(row for row in workspaces if _name(row) == stopped[0])
        reset = _text(row, "workspaceCapping", "quotaNextResetTime")
        until = f" until {reset}" if reset else ""
        return wrong(
            f"{stopped[0]} rejects logs{until} ({statuses[stopped[0]]}), so no alert fires",
            "see Usage and estimated costs for what fills it, or raise dailyQuotaGb",
        )
    if almost := [name for name, status in statuses.items() if status == ALMOST]:
        return warning(
            f"{almost[0]} has used 80% of its daily cap; at 100% no alert fires until the next day",
            "see Usage and estimated costs for what fills it, or raise dailyQuotaGb",
        )
    if unknown := [name for name, status in statuses.items() if status not in TAKING_IN]:
        return skipped(f"Azure doesn't say whether {unknown[0]} accepts logs")
    return ok(f"accepting logs: {', '.join(statuses)}")


def _site(examination: Examination) -> Site:
    """Return the app that the check `azure` found; it must run first."""
    if examination.site is None:
        raise ValueError("the check `azure` must run first")
    return examination.site


def _name(row: Document) -> str:
    return shown(str(row.get("name") or row.get("id")).rpartition("/")[2])


def _text(row: Document, *path: str) -> str:
    """Return a text property of a resource, safe to print; "" if it is missing."""
    found = member(row, "properties", *path)
    return shown(found) if isinstance(found, str) else ""
