"""Items that Azure answers: the app's settings, references, updates, and the cap on its logs."""

from collections.abc import Collection, Mapping, Sequence
from typing import cast
from urllib.parse import urlsplit

from commands.doctor.azure import Document, Site, member
from commands.doctor.examination import Examination
from commands.doctor.findings import Finding, ok, shown, skipped, warning, wrong
from commands.doctor.items.deployment import not_reported
from commands.doctor.items.settings import OWN_NAMES

# What a reference's status says when nothing is wrong: done, and not tried yet
# (ApiKVReferenceProperties, Azure App Service REST API).
RESOLVED, NOT_YET = "Resolved", "Initialized"
# Whether a workspace takes in data (WorkspaceCapping, Log Analytics REST API).
STOPPED = ("OverQuota", "ForceOff", "SubscriptionSuspended")
ALMOST = "ApproachingQuota"
TAKING_IN = ("RespectQuota", "ForceOn")


async def check_azure(examination: Examination) -> Finding:
    """Which app of Azure answers to the address, as far as your account may see."""
    host = urlsplit(examination.subject.app_url).hostname or ""
    sites = await examination.azure.sites_at(host)
    if len(sites) > 1:
        names = ", ".join(sorted(f"{site.name} ({site.group})" for site in sites))
        return skipped(f"several apps answer to {host}: {names}", "pass --url with one's own name")
    if not sites:
        return skipped(
            f"your account sees no app at {host}",
            "run az login with an account that may read it; behind a gateway, or in the first "
            "minutes, Azure doesn't find it by this name",
        )
    examination.site = sites[0]
    return ok(f"{sites[0].name} in the resource group {sites[0].group}")


async def check_app_settings(examination: Examination) -> Finding:
    """Whether the app sees the settings that Azure has for it: GetHealth names those it sees."""
    seen = examination.health.get("settings_seen")
    if not isinstance(seen, list):
        return not_reported(examination)
    given = await examination.azure.app_settings(_site(examination))
    return judge_app_settings(given, cast("list[object]", seen))


def judge_app_settings(given: Collection[str], seen: Collection[object]) -> Finding:
    """Compare the names that Azure has with those that the app sees, among the app's own."""
    own = [name for name in OWN_NAMES if name in given]
    hidden = [name for name in own if name not in seen]
    if hidden:
        return wrong(
            f"the app doesn't see {', '.join(hidden)}, which Azure has for it",
            "run az functionapp restart; if that doesn't help, deploy again",
        )
    return ok(f"the app sees every setting that Azure has for it ({len(own)})")


async def check_references(examination: Examination) -> Finding:
    """Whether Azure could replace each reference to Key Vault by its secret."""
    references = await examination.azure.references(_site(examination))
    return judge_references({_name(row): _text(row, "status") for row in references})


def judge_references(statuses: Mapping[str, str]) -> Finding:
    """`statuses` has the status of each reference by the name of its setting."""
    broken = {
        name: status for name, status in statuses.items() if status not in (RESOLVED, NOT_YET, "")
    }
    if broken:
        return wrong(
            f"not resolved: {', '.join(f'{name} ({status})' for name, status in broken.items())}",
            "the app gets the reference instead of the secret: correct it, store the secret, or "
            "give the app's identity the role Key Vault Secrets User",
        )
    if waiting := [name for name, status in statuses.items() if status == NOT_YET]:
        return warning(f"not resolved yet: {', '.join(waiting)}", "look again in a few minutes")
    if unknown := [name for name, status in statuses.items() if not status]:
        return skipped(f"Azure doesn't say whether {unknown[0]} is resolved")
    if not statuses:
        return ok("no app setting refers to Key Vault")
    return ok(f"resolved: {', '.join(statuses)}")


async def check_updates(examination: Examination) -> Finding:
    """What an update does to requests that are running."""
    return judge_updates(await examination.azure.site(_site(examination)))


def judge_updates(site: Document) -> Finding:
    """Only Flex Consumption has strategies; Recreate is the default (learn.microsoft.com, Site
    update strategies in Flex Consumption)."""
    if not isinstance(member(site, "properties", "functionAppConfig"), dict):
        return skipped("the app isn't on Flex Consumption, so it has no update strategy")
    strategy = member(site, "properties", "functionAppConfig", "siteUpdateStrategy", "type")
    if strategy == "RollingUpdate":
        return warning(
            "RollingUpdate, a preview: for minutes the old and the new version run side by side",
            "use Recreate in production, unless both versions get along",
        )
    if strategy in (None, "Recreate"):
        return ok("Recreate: a deployment or a changed setting ends running requests by force")
    return skipped(f"the strategy {shown(str(strategy))} is unknown here")


async def check_log_cap(examination: Examination) -> Finding:
    """Whether logs still come in: without them no alert fires."""
    site = _site(examination)
    workspaces = await examination.azure.workspaces(site)
    if not workspaces:
        return skipped(f"the resource group {site.group} has no Log Analytics workspace")
    return judge_log_cap(workspaces)


def judge_log_cap(workspaces: Sequence[Document]) -> Finding:
    """Say the worst of the workspaces."""
    statuses = {
        _name(row): _text(row, "workspaceCapping", "dataIngestionStatus") for row in workspaces
    }
    if stopped := [name for name, status in statuses.items() if status in STOPPED]:
        row = next(row for row in workspaces if _name(row) == stopped[0])
        reset = _text(row, "workspaceCapping", "quotaNextResetTime")
        until = f" until {reset}" if reset else ""
        return wrong(
            f"{stopped[0]} takes in no logs{until} ({statuses[stopped[0]]}), so no alert fires",
            "find what fills it (Usage and estimated costs), or raise dailyQuotaGb",
        )
    if almost := [name for name, status in statuses.items() if status == ALMOST]:
        return warning(
            f"{almost[0]} has used 80% of its daily cap; at 100% no alert fires until the next day",
            "find what fills it (Usage and estimated costs), or raise dailyQuotaGb",
        )
    if unknown := [name for name, status in statuses.items() if status not in TAKING_IN]:
        return skipped(f"Azure doesn't say whether {unknown[0]} takes in logs")
    return ok(f"{', '.join(statuses)} takes in logs")


def _site(examination: Examination) -> Site:
    """The app that `azure` has found; the items here come after it."""
    if examination.site is None:
        raise ValueError("azure comes first")
    return examination.site


def _name(row: Document) -> str:
    return shown(str(row.get("name") or row.get("id")).rpartition("/")[2])


def _text(row: Document, *path: str) -> str:
    """A text among a resource's properties, fit for the screen; "" where there is none."""
    found = member(row, "properties", *path)
    return shown(found) if isinstance(found, str) else ""
