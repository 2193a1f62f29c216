"""The endpoints that the host has besides the functions."""

from __future__ import annotations

import io
import json
import os
import zipfile
from typing import TYPE_CHECKING

import pytest

from local_stack.host.admin.functions import zipped
from local_stack.host.admin.home import home_page, is_wanted
from local_stack.host.app.application import Application, Function
from local_stack.host.http.front import port_in
from tests.local_stack.like_azure.code import OK

if TYPE_CHECKING:
    from tests.local_stack.conftest import AppFolder, RunningHost
    from tests.local_stack.like_azure.conftest import Serve

KEY = [("x-functions-key", "local")]
JSON = [*KEY, ("Content-Type", "application/json")]


def build(app: AppFolder) -> None:
    app.add("Greet", OK, {"route": "hello/{name?}", "methods": ["get"]})
    app.add("Closed", OK, {"authLevel": "function"})
    app.add("Lost", OK, {"type": "queueTrigger"})
    app.add("Off", OK)
    app.write("NotJson/function.json", "{")
    app.write("NotJson/__init__.py", "")
    app.write(
        "Sleepy/function.json",
        json.dumps(
            {
                "bindings": [
                    {
                        "type": "timerTrigger",
                        "direction": "in",
                        "name": "timer",
                        "schedule": "0 0 0 30 2 *",
                    }
                ]
            }
        ),
    )
    app.write(
        "Sleepy/__init__.py",
        "import logging\n\ndef main(timer) -> None:\n    logging.info('awake')\n",
    )
    app.write("local.settings.json", '{"Values": {"SECRET": "hidden"}}')
    app.write("notes.txt", "for the zip file")
    os.utime(app.root / "notes.txt", (0, 0))  # before the first date of zip files
    app.write("Local.Settings.json", '{"Values": {"SECRET": "hidden"}}')
    app.write("Greet/.venv/key", "hidden")


@pytest.fixture(scope="module")
def admin(serve: Serve) -> RunningHost:
    return serve(build, {"AzureWebJobs.Off.Disabled": "1"})


@pytest.mark.parametrize(
    ("method", "target", "headers", "status"),
    [
        ("GET", "/", [], 200),
        ("POST", "/", [], 200),
        ("DELETE", "/?x=1", [], 200),
        ("GET", "/admin/host/ping", [], 200),
        ("POST", "/admin/host/ping", [], 200),
        ("GET", "/ADMIN/Host/Ping", [], 200),
        ("GET", "/admin/warmup", [], 200),
        ("GET", "/admin", [], 404),
        ("GET", "/admin/", [], 404),
        ("GET", "/admin/nothing", KEY, 404),
        ("GET", "/admin/host", KEY, 404),
        ("GET", "/runtime", [], 404),
        ("GET", "/runtime/nothing", KEY, 404),
        ("GET", "/runtime/webhooks/x", [], 401),
        ("GET", "/runtime/webhooks/x", KEY, 404),
        ("GET", "/admin/vfs/", [], 401),
        ("GET", "/admin/vfs/home/x", KEY, 403),
        ("GET", "/admin/host/status", [], 401),
        ("GET", "/admin/host/status", [("x-functions-key", "wrong")], 401),
        ("GET", "/admin/host/status?code=local", [], 200),
        ("GET", "/Admin/HOST/Status", KEY, 200),
        ("GET", "/admin/host/keys", [], 401),
        ("GET", "/admin/host/keys", KEY, 200),
        ("GET", "/admin/host/systemkeys", KEY, 200),
        ("GET", "/admin/host/extensions", KEY, 200),
        ("GET", "/admin/functions", [], 401),
        ("GET", "/admin/functions", KEY, 200),
        ("GET", "/admin/functions/greet", KEY, 200),
        ("GET", "/admin/functions/Greet", [], 401),
        ("GET", "/admin/functions/Nobody", KEY, 404),
        ("GET", "/admin/functions/Nobody", [], 401),
        ("GET", "/admin/functions/Greet/status", KEY, 200),
        ("GET", "/admin/functions/Greet/keys", KEY, 200),
        ("GET", "/admin/functions/Greet/other", KEY, 404),
        ("GET", "/admin/functions/download", KEY, 200),
        ("GET", "/admin/functions/download", [], 401),
    ],
)
def test_an_endpoint_answers(
    admin: RunningHost, method: str, target: str, headers: list[tuple[str, str]], status: int
) -> None:
    answer = admin.ask(method, target, headers)

    assert answer.status == status
    if status == 401:
        assert (answer.body, answer.all("WWW-Authenticate")) == (
            b"",
            [] if "/vfs/" in target else ["Bearer"],
        )


@pytest.mark.parametrize(
    ("name", "headers", "body", "status"),
    [
        ("Sleepy", JSON, b'{"input": ""}', 202),
        ("SLEEPY", JSON, b'{"input": "x"}', 202),
        ("Sleepy", JSON, b"{}", 202),
        ("Greet", JSON, b'{"input": null}', 202),
        ("Off", JSON, b"{}", 202),
        ("Sleepy", JSON, b"", 400),
        ("Sleepy", JSON, b"{", 400),
        ("Sleepy", JSON, b"[]", 400),
        ("Sleepy", JSON, b"[" * 100_000, 400),
        ("Sleepy", JSON, b'{"input": {}}', 400),
        ("Sleepy", KEY, b"{}", 415),
        ("Sleepy", [*KEY, ("Content-Type", "text/plain")], b"{}", 415),
        ("Nobody", JSON, b"{}", 404),
        ("Sleepy", [("Content-Type", "application/json")], b"{}", 401),
    ],
)
def test_a_function_can_be_run_by_hand(
    admin: RunningHost, name: str, headers: list[tuple[str, str]], body: bytes, status: int
) -> None:
    answer = admin.ask("POST", f"/admin/functions/{name}", headers, body)

    assert (answer.status, answer.body) == (status, b"")


def test_another_method_there_fails_as_in_azure(admin: RunningHost) -> None:
    assert admin.ask("PUT", "/admin/functions/Greet", JSON, b"{}").status == 500


def test_a_ping_is_not_stored(admin: RunningHost) -> None:
    answer = admin.get("/admin/host/ping")

    assert answer.all("Cache-Control") == ["no-store,no-cache"]
    assert answer.all("Pragma") == ["no-cache"]


def test_the_status_has_azures_fields(admin: RunningHost) -> None:
    status = admin.get("/admin/host/status", KEY).json()

    assert status["state"] == "Running"
    assert {"id", "version", "versionDetails", "instanceId", "processUptime"} <= {*status}
    assert not {"errors", "functions", "phone"} & {*status}


def test_functions_are_listed_with_their_urls(admin: RunningHost) -> None:
    listed = {one["name"]: one for one in admin.get("/admin/functions", KEY).json()}
    base = f"http://127.0.0.1:{admin.port}"

    assert set(listed) == {"Greet", "Closed", "Lost", "Off", "Sleepy"}
    assert listed["Greet"]["invoke_url_template"] == f"{base}/api/hello/{{name?}}"
    assert listed["Greet"]["href"] == f"{base}/admin/functions/Greet"
    assert listed["Greet"]["config"]["bindings"][0]["methods"] == ["get"]
    assert listed["Sleepy"]["invoke_url_template"] is None
    assert [name for name, one in listed.items() if one["isDisabled"]] == ["Off"]


def test_the_status_of_a_function_in_error_says_why(admin: RunningHost) -> None:
    assert admin.get("/admin/functions/Greet/status", KEY).json() == {}
    [error] = admin.get("/admin/functions/lost/status", KEY).json()["errors"]
    assert "queueTrigger" in error


def test_the_download_has_code_but_no_settings(admin: RunningHost) -> None:
    data = admin.get("/admin/functions/download", KEY).body
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()

    assert {"host.json", "notes.txt", "Greet/function.json", "Greet/__init__.py"} <= {*names}
    assert not {"local.settings.json", "Local.Settings.json", "Greet/.venv/key"} & {*names}


def test_the_download_leaves_out_what_it_cannot_hold(app: AppFolder) -> None:
    app.add("Greet", OK)
    names = {f"Greet/{name}" for name in ("__init__.py", "function.json")} | {"host.json"}
    (app.root / "Greet" / os.fsdecode(b"caf\xe9")).write_text("not UTF-8")
    (app.root / "Greet" / "gone").symlink_to("nowhere")
    application = Application({"Greet": Function("Greet")})

    with zipfile.ZipFile(io.BytesIO(zipped(app.root, application))) as archive:
        assert {*archive.namelist()} == names


def test_the_home_page_links_the_phone_and_escapes_names() -> None:
    page = home_page(["<b>"], "http://127.0.0.1:7072/")

    assert 'href="http://127.0.0.1:7072/"' in page
    assert "&lt;b&gt;" in page
    assert "href" not in home_page([], "")


@pytest.mark.parametrize(
    ("url", "port"),
    [
        ("http://127.0.0.1:7072", 7072),
        ("http://phone", None),
        ("http://[phone", None),
        ("http://phone:70000", None),
        ("", None),
    ],
)
def test_an_apps_own_setting_for_the_phones_url_may_be_no_url(url: str, port: int | None) -> None:
    assert port_in(url) == port


@pytest.mark.parametrize(
    ("value", "wanted"), [("", True), ("true", False), ("1", False), ("0", True)]
)
def test_a_setting_turns_the_home_page_off(value: str, wanted: bool) -> None:
    assert is_wanted({"AzureWebJobsDisableHomepage": value}) is wanted


def test_without_a_home_page_the_root_is_empty(serve: Serve) -> None:
    host = serve(lambda app: app.add("Greet", OK), {"AzureWebJobsDisableHomepage": "true"})

    assert (host.get("/").status, host.get("/").body) == (204, b"")
