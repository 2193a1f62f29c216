"""The doctor's checks with Azure Resource Manager, against a stand-in."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from commands.doctor.azure import NoAnswerError, SignIn, az_token
from commands.doctor.checklist import DEPLOYMENT_ITEMS, ITEMS, Item, examine
from commands.doctor.examination import Examination
from commands.doctor.findings import Finding, State
from commands.doctor.items.azure import (
    judge_app_settings,
    judge_log_cap,
    judge_references,
    judge_updates,
)
from commands.doctor.subject import Place, Subject
from commands.doctor.web import Web
from shared.clock import SystemClock

if TYPE_CHECKING:
    from tests.conftest import WebServer

ROOT = Path(__file__).parents[3]
HOST = "app.azurewebsites.net"
GROUP = f"/subscriptions/{'0' * 8}-1111/resourceGroups/rg-switchboard"
SITE = f"{GROUP}/providers/Microsoft.Web/sites/func-app"
GRAPH = "/providers/Microsoft.ResourceGraph/resources"
SETTINGS = f"{SITE}/config/appsettings/list"
REFERENCES = f"{SITE}/config/configreferences/appsettings"
WORKSPACES = f"{GROUP}/providers/Microsoft.OperationalInsights/workspaces"
TOKEN = "token-of-a-person"  # noqa: S105 - only for tests
VALUE = "value-of-a-setting"
HEALTH: Mapping[str, object] = {"settings_seen": ["KEY_VAULT_URL"]}
NAMES = ("azure", "app settings", "references", "updates", "log cap")
AZURE_ITEMS = [item for item in DEPLOYMENT_ITEMS if item.name in NAMES]
PATHS = {
    "app settings": SETTINGS,
    "references": REFERENCES,
    "updates": SITE,
    "log cap": WORKSPACES,
}


async def signed_in() -> str:
    return TOKEN


async def signed_out() -> str:
    raise NoAnswerError("the Azure CLI is missing or not signed in", "run az login")


def found(*host_names: str, path: str = SITE) -> dict[str, object]:
    """Return a row of Resource Graph."""
    return {"id": path, "defaultHostName": host_names[0], "hostNames": list(host_names)}


def respond(server: "WebServer", path: str, document: object, status: int = 200) -> None:
    """Set the stand-in's response for a path."""
    server.answer(path, json.dumps(document).encode(), "application/json", status)


@pytest.fixture
def arm(web_server: "WebServer") -> "WebServer":
    """Azure Resource Manager with one healthy app."""
    flex = {"functionAppConfig": {"siteUpdateStrategy": {"type": "Recreate"}}}
    respond(web_server, GRAPH, {"data": [found(HOST)]})
    respond(web_server, SITE, {"id": SITE, "properties": flex})
    respond(web_server, SETTINGS, {"properties": {"KEY_VAULT_URL": VALUE, "FOREIGN": VALUE}})
    respond(web_server, REFERENCES, {"value": [reference("LINK_SIGNING_KEY", "Resolved")]})
    respond(web_server, WORKSPACES, {"value": [workspace("logs", "RespectQuota")]})
    return web_server


def reference(name: str, status: str) -> dict[str, object]:
    return {"name": name, "properties": {"status": status, "reference": "@Microsoft.KeyVault"}}


def workspace(name: str, status: str) -> dict[str, object]:
    capping = {"dataIngestionStatus": status, "quotaNextResetTime": "2026-12-02T07:00:00Z"}
    return {"name": name, "properties": {"workspaceCapping": capping}}


def subject_at(url: str, key: str = "key") -> Subject:
    """A deployment."""
    return Subject(Place.DEPLOYMENT, url, {}, frozenset(), key, (1, 2), True)


def examined(
    management_url: str,
    *,
    host: str = HOST,
    items: Sequence[Item] | None = AZURE_ITEMS,
    health: Mapping[str, object] = HEALTH,
    key: str = "key",
    sign_in: SignIn = signed_in,
) -> dict[str, Finding]:
    """Run the Azure checks for an app at a host name."""

    async def run() -> dict[str, Finding]:
        async with Web(limit_s=5) as web:
            examination = Examination(
                subject_at(f"https://{host}", key),
                ROOT,
                SystemClock(),
                web,
                health=health,
                management_url=management_url,
                sign_in=sign_in,
            )
            return {result.item: result.finding async for result in examine(examination, items)}

    return asyncio.run(run())


def test_a_healthy_deployment_is_ok(arm: "WebServer") -> None:
    findings = examined(arm.url)

    assert {item: finding.state for item, finding in findings.items()} == dict.fromkeys(
        NAMES, State.OK
    )


def test_the_token_goes_only_to_azure_and_no_value_is_shown(arm: "WebServer") -> None:
    findings = examined(arm.url)

    assert {request.headers["Authorization"] for request in arm.received} == {f"Bearer {TOKEN}"}
    assert TOKEN not in str(findings)
    assert VALUE not in str(findings)


@pytest.mark.parametrize("host", [HOST, "phone.example.com", "127.0.0.1"])
def test_an_app_is_found_by_its_own_name_and_by_a_custom_domain(
    web_server: "WebServer", host: str
) -> None:
    respond(web_server, GRAPH, {"data": [found("other.azurewebsites.net", host.upper())]})
    finding = examined(web_server.url, host=host)["azure"]

    assert finding == (State.OK, "func-app in the resource group rg-switchboard", "")
    assert host in str(web_server.asked(GRAPH)[0].form)


def test_an_app_whose_name_contains_the_host_does_not_match(web_server: "WebServer") -> None:
    respond(web_server, GRAPH, {"data": [found(f"my-{HOST}")]})

    assert examined(web_server.url)["azure"].state is State.SKIPPED


def test_checks_of_an_app_that_azure_does_not_show_are_skipped(
    web_server: "WebServer",
) -> None:
    respond(web_server, GRAPH, {"data": []})
    first, *others = examined(web_server.url).values()

    assert first.text == f"your account can't see an app at {HOST}"
    assert {finding.text for finding in others} == {"depends on: azure"}


def test_several_apps_at_one_host_are_named_without_choosing_one(web_server: "WebServer") -> None:
    twin = SITE.replace("func-app", "func-twin")
    respond(web_server, GRAPH, {"data": [found(HOST), found(HOST, path=twin)]})
    finding = examined(web_server.url)["azure"]

    assert finding.state is State.SKIPPED
    assert "func-app (rg-switchboard), func-twin (rg-switchboard)" in finding.text


@pytest.mark.parametrize("host", ["it's.example", "phöne.example", "[::1]"])
def test_an_invalid_host_name_is_not_put_into_a_query(arm: "WebServer", host: str) -> None:
    assert examined(arm.url, host=host)["azure"].state is State.SKIPPED
    assert arm.received == []


@pytest.mark.parametrize("status", [302, 401, 403, 404, 429, 500, 503])
@pytest.mark.parametrize("path", [GRAPH, *PATHS.values()])
def test_an_error_from_azure_is_not_the_apps_fault(
    arm: "WebServer", path: str, status: int
) -> None:
    respond(arm, path, {"error": {"code": "Refused"}}, status)
    findings = examined(arm.url)

    states = [finding.state for finding in findings.values()]
    assert states.count(State.SKIPPED) == (5 if path == GRAPH else 1)
    assert State.WRONG not in states


def test_an_account_without_access_sees_the_required_role(arm: "WebServer") -> None:
    respond(arm, SETTINGS, {}, 403)
    respond(arm, WORKSPACES, {}, 403)
    findings = examined(arm.url)

    assert findings["app settings"].cure.endswith("Website Contributor role on the resource group")
    assert findings["log cap"].cure.endswith("Reader role on the resource group")


@pytest.mark.parametrize(
    "body", [b"<html>", b"[]", b"{}", b'{"data": 1, "value": 1}', b"[" * 50_000, b"\xff"]
)
@pytest.mark.parametrize("path", [GRAPH, SETTINGS, REFERENCES, WORKSPACES])
def test_an_unreadable_response_is_skipped(arm: "WebServer", path: str, body: bytes) -> None:
    arm.answer(path, body, "application/json")
    states = [finding.state for finding in examined(arm.url).values()]

    assert states.count(State.SKIPPED) == (5 if path == GRAPH else 1)
    assert State.WRONG not in states


@pytest.mark.parametrize(
    "path", ["", "/subscriptions/1/resourceGroups/g", f"{SITE}/../x", f"{SITE}?a=b", "//evil"]
)
def test_an_invalid_resource_id_is_not_requested(web_server: "WebServer", path: str) -> None:
    respond(web_server, GRAPH, {"data": [found(HOST, path=path)]})

    assert examined(web_server.url)["azure"].text == "Azure's response is invalid"
    assert len(web_server.received) == 1


def test_unreachable_azure_is_not_the_apps_fault() -> None:
    finding = examined("http://127.0.0.1:1")["azure"]

    assert finding.state is State.SKIPPED
    assert "the connection was refused" in finding.text


def test_without_az_login_azure_is_not_called(arm: "WebServer") -> None:
    findings = examined(arm.url, sign_in=signed_out)

    assert findings["azure"] == (
        State.SKIPPED,
        "the Azure CLI is missing or not signed in",
        "run az login",
    )
    assert arm.received == []


def test_a_run_signs_in_once_because_az_is_slow(arm: "WebServer") -> None:
    times: list[str] = []

    async def sign_in() -> str:
        times.append(TOKEN)
        return TOKEN

    examined(arm.url, sign_in=sign_in)

    assert len(times) == 1


def test_a_machine_without_az_has_no_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(NoAnswerError, match="missing or not signed in"):
        asyncio.run(az_token())


@pytest.mark.parametrize(
    ("script", "token"),
    [
        (f'echo \'{{"accessToken": "{TOKEN}", "expires_on": 2000000000}}\'', TOKEN),
        ("echo 'Please run az login' >&2; exit 1", None),
        ("echo no JSON", None),
    ],
)
def test_the_token_comes_from_az(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, token: str | None
) -> None:
    az = tmp_path / "az"
    az.write_text(f"#!/bin/sh\n{script}\n")
    az.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    if token is None:
        with pytest.raises(NoAnswerError):
            asyncio.run(az_token())
    else:
        assert asyncio.run(az_token()) == token


def test_a_setting_that_the_app_does_not_see_is_wrong(arm: "WebServer") -> None:
    findings = examined(arm.url, health={"settings_seen": []})

    assert findings["app settings"].state is State.WRONG
    assert "the app doesn't see KEY_VAULT_URL" in findings["app settings"].text


def test_empty_settings_and_those_of_the_platform_are_ignored(arm: "WebServer") -> None:
    given = {"KEY_VAULT_URL": VALUE, "DRY_RUN": "", "FUNCTIONS_WORKER_RUNTIME": "python"}
    respond(arm, SETTINGS, {"properties": given})

    assert examined(arm.url)["app settings"].state is State.OK


def test_values_are_not_fetched_without_something_to_compare(
    arm: "WebServer",
) -> None:
    finding = examined(arm.url, health={}, key="")["app settings"]

    assert finding == (State.SKIPPED, "pass --key KEY to check this", "")
    assert arm.asked(SETTINGS) == []


def test_an_older_app_that_does_not_list_its_settings_is_skipped(arm: "WebServer") -> None:
    finding = examined(arm.url, health={"status": "healthy"})["app settings"]

    assert finding.state is State.SKIPPED
    assert finding.text == "GetHealth doesn't report it"


def test_an_unhealthy_app_still_lists_its_settings(arm: "WebServer") -> None:
    problem = {"detail": "settings: Missing settings: KEY_VAULT_URL", "settings_seen": []}
    respond(arm, "/api/GetHealth", problem, 503)
    keys = next(item for item in ITEMS if item.name == "function keys")

    async def run() -> dict[str, Finding]:
        async with Web(limit_s=5) as web:
            examination = Examination(
                subject_at(arm.url),
                ROOT,
                SystemClock(),
                web,
                management_url=arm.url,
                sign_in=signed_in,
            )
            respond(arm, GRAPH, {"data": [found("127.0.0.1")]})
            items = [keys._replace(needs=()), *AZURE_ITEMS]
            return {result.item: result.finding async for result in examine(examination, items)}

    assert "the app doesn't see KEY_VAULT_URL" in asyncio.run(run())["app settings"].text


def test_a_setting_is_compared_by_its_exact_name() -> None:
    assert judge_app_settings({"DRY_RUN"}, ["dry_run"]).state is State.WRONG


@pytest.mark.parametrize(
    ("statuses", "state"),
    [
        ({}, "ok"),
        ({"A": "Resolved"}, "ok"),
        ({"A": "Resolved", "B": "Initialized"}, "warn"),
        ({"A": "Initialized", "B": "SecretNotFound"}, "wrong"),
        ({"A": "AccessToKeyVaultDenied"}, "wrong"),
        ({"A": ""}, "skip"),
    ],
)
def test_a_reference_that_azure_could_not_resolve_is_wrong(
    statuses: dict[str, str], state: str
) -> None:
    assert judge_references(statuses).state == state


def test_a_broken_reference_is_named_with_its_status_and_without_its_target(
    arm: "WebServer",
) -> None:
    broken = reference("LINK_SIGNING_KEY", "VaultNotFound\x1b[2J")
    nameless = {"id": f"{REFERENCES}/OTHER", "properties": {"status": "InvalidSyntax"}}
    respond(arm, REFERENCES, {"value": [broken, nameless, "no object"]})
    finding = examined(arm.url)["references"]

    assert finding.text == (
        "not resolved: LINK_SIGNING_KEY (VaultNotFound?[2J), OTHER (InvalidSyntax)"
    )


@pytest.mark.parametrize(
    ("config", "state", "word"),
    [
        ({"siteUpdateStrategy": {"type": "Recreate"}}, "ok", "abort running requests"),
        ({"runtime": {}}, "ok", "abort running requests"),
        ({"siteUpdateStrategy": None, "runtime": {}}, "ok", "abort running requests"),
        ({"siteUpdateStrategy": {"type": "RollingUpdate"}}, "warn", "side by side"),
        ({"siteUpdateStrategy": {"type": "Newer"}}, "skip", "Newer"),
        (None, "skip", "Flex Consumption"),
        ("text", "skip", "Flex Consumption"),
    ],
)
def test_the_update_strategy_is_explained(config: object, state: str, word: str) -> None:
    finding = judge_updates({"properties": {"functionAppConfig": config}})

    assert finding.state == state
    assert word in finding.text


@pytest.mark.parametrize(
    ("statuses", "state"),
    [
        (["RespectQuota"], "ok"),
        (["ForceOn"], "ok"),
        (["ApproachingQuota"], "warn"),
        (["OverQuota"], "wrong"),
        (["ForceOff"], "wrong"),
        (["SubscriptionSuspended"], "wrong"),
        (["ApproachingQuota", "OverQuota"], "wrong"),
        (["RespectQuota", "ApproachingQuota"], "warn"),
        (["Newer"], "skip"),
    ],
)
def test_the_worst_of_the_workspaces_counts(statuses: list[str], state: str) -> None:
    found = [workspace(f"logs-{number}", status) for number, status in enumerate(statuses)]

    assert judge_log_cap(found).state == state


def test_a_reached_cap_is_reported_with_its_workspace_and_end(arm: "WebServer") -> None:
    respond(arm, WORKSPACES, {"value": [workspace("a", "ForceOn"), workspace("b", "OverQuota")]})
    finding = examined(arm.url)["log cap"]

    assert finding.text == (
        "b rejects logs until 2026-12-02T07:00:00Z (OverQuota), so no alert fires"
    )


def test_a_workspace_without_a_status_is_skipped() -> None:
    assert judge_log_cap([{"name": "logs"}]).state is State.SKIPPED


def test_a_group_without_a_workspace_is_skipped(arm: "WebServer") -> None:
    respond(arm, WORKSPACES, {"value": []})

    assert examined(arm.url)["log cap"].state is State.SKIPPED
