"""`dev.py start --root` with an app that isn't this project's."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests

import deskphone
from deskphone.clock import SystemClock
from deskphone.values import LINE_SID
from local_stack.__main__ import parse_arguments
from local_stack.app import local_app
from local_stack.azure.stand_ins import Azure
from local_stack.folder import is_ours, read_folder
from local_stack.host_view import HostView
from local_stack.supervision.host_environment import HostEnvironmentError, host_environment
from local_stack.supervision.host_process import PROJECT
from local_stack.testing import LocalStack

if TYPE_CHECKING:
    from deskphone.app import App
    from tests.local_stack.conftest import AppFolder, MakeAppFolder, RunHost

TIMER = {
    "bindings": [{"type": "timerTrigger", "direction": "in", "name": "t", "schedule": "0 0 * * *"}]
}
QUEUE = {
    "bindings": [
        {"type": "queueTrigger", "direction": "in", "name": "msg", "queueName": "q"},
        {"type": "cosmosDB", "direction": "out", "name": "doc"},
    ]
}
SETTINGS = """
import json, os, sys
import packaged
import shared

def main(req: func.HttpRequest) -> func.HttpResponse:
    seen = {
        "own": os.environ.get("OWN"),
        "storage": os.environ.get("AzureWebJobsStorage"),
        "vault": os.environ.get("KEY_VAULT_URL"),
        "packaged": packaged.NAME,
        "shared": shared.NAME,
        "item": req.route_params.get("id"),
    }
    return func.HttpResponse(json.dumps(seen), mimetype="application/json")
"""
VALUES = {"OWN": "mine", "AzureWebJobsStorage": "UseDevelopmentStorage=true"}


def fill(app: AppFolder) -> None:
    """Write an app with a module and a package of its own, and what isn't emulated."""
    app.write("host.json", '{"version": "2.0", "extensions": {"queues": {}, "http": {}}}')
    app.add("Show", SETTINGS, {"route": "items/{id}", "methods": ["get"]})
    app.write("Tick/function.json", json.dumps(TIMER))
    app.write("Tick/__init__.py", "def main(t): pass\n")
    app.write("Queue/function.json", json.dumps(QUEUE))
    app.write("Queue/__init__.py", "def main(msg, doc): pass\n")
    app.write("shared/__init__.py", "NAME = 'of the app'\n")
    app.write(".python_packages/lib/site-packages/packaged.py", "NAME = 'installed'\n")
    app.write("local.settings.json", json.dumps({"Values": VALUES}))


@pytest.fixture(scope="module")
def other(
    tmp_path_factory: pytest.TempPathFactory, app_folder: MakeAppFolder
) -> Iterator[LocalStack]:
    """A local stack that runs a stranger's app."""
    app = app_folder(tmp_path_factory.mktemp("other"))
    fill(app)
    state = str(tmp_path_factory.mktemp("state"))
    stack = LocalStack.start(
        app.root, settings_file="local.settings.json", environment={"TMPDIR": state}
    )
    yield stack
    stack.stop()


def test_another_app_uses_its_own_settings_modules_and_packages(other: LocalStack) -> None:
    answer = requests.get(f"{other.functions_url}/api/items/7", timeout=10)

    assert answer.json() == {
        "own": "mine",
        "storage": "UseDevelopmentStorage=true",
        "vault": None,
        "packaged": "installed",
        "shared": "of the app",
        "item": "7",
    }


def test_the_terminal_names_the_urls_of_another_app(other: LocalStack) -> None:
    assert f"{other.functions_url}/api/items/{{id}}" in other.output.text
    assert "SendSms" not in other.output.text


def test_what_is_not_emulated_is_named(other: LocalStack) -> None:
    text = other.output.text

    assert "extensions.queues" in text
    assert "extensions.http" not in text
    assert "queueTrigger" in text
    assert "cosmosDB" in text


def test_a_line_without_urls_says_where_to_set_them(other: LocalStack) -> None:
    number = other.rest("GET", f"IncomingPhoneNumbers/{LINE_SID}.json").json()
    assert not number["voice_url"]
    assert not number["sms_url"]

    other.text("Hello?")

    assert any("has no SmsUrl" in alert["message"] for alert in other.look("alerts"))


def test_start_prints_the_versions_of_app_and_emulator(other: LocalStack) -> None:
    assert f"deskphone {deskphone.__version__}" in other.output.text


@pytest.mark.parametrize(
    ("text", "version"),
    [('[project]\nversion = "1.2.3"', "1.2.3"), ("[project]\nversion = 1", ""), ("[", "")],
)
def test_version_of_a_folder_is_that_of_its_project(
    app: AppFolder, text: str, version: str
) -> None:
    (app.root / "pyproject.toml").write_text(text, "utf-8")

    assert read_folder(app.root, {}).version == version


def test_openapi_document_of_a_folder_is_found(app: AppFolder) -> None:
    assert described(app.root).openapi is None

    document = app.root / "openapi.yaml"
    document.write_text("openapi: 3.1.0", "utf-8")

    assert described(app.root).openapi == document


def described(root: Path) -> App:
    folder = read_folder(root, {})
    host = HostView("http://a/api")
    return local_app(folder, "http://a/api", host, Azure(SystemClock()), lambda: "")


def test_an_app_gets_the_examples_whose_functions_it_has(app: AppFolder) -> None:
    app.add("TwimlMenu", "")
    app.add("PlaceCall", "", {"route": "calls/{id}"})

    shown = described(app.root)
    assert [title for title, _ in shown.voice_examples] == ["A menu", "TwimlMenu"]
    assert [title for title, _ in shown.commands] == ["Call it"]
    assert (shown.voice_url, shown.sms_url) == ("", "")
    assert shown.text_examples == (("TwimlMenu", "TwimlMenu"),)


def test_this_projects_app_has_all_examples() -> None:
    shown = described(PROJECT)

    assert is_ours(PROJECT)
    assert shown.voice_url
    assert shown.sms_url
    assert len(shown.commands) == 2
    assert len(shown.faults) == 3


@pytest.mark.parametrize("document", ["{", "[]", '{"bindings": 3}', '{"bindings": [{}]}'])
def test_a_folder_with_broken_files_can_be_described(app: AppFolder, document: str) -> None:
    app.write("host.json", document)
    app.write("A/function.json", document)

    folder = read_folder(app.root, {})
    assert folder.functions == {"A"}
    assert folder.endpoints == ()
    assert folder.route_prefix == "api"


def test_an_app_of_the_v2_model_is_refused(app: AppFolder, run_host: RunHost) -> None:
    app.write("function_app.py", "raise SystemExit\n")

    with run_host(app.root) as host:
        assert host.get("/api/x").status == 503
        assert "v1 model" in host.wait_for_output("function_app.py")


def test_a_folder_without_functions_is_named(app: AppFolder, run_host: RunHost) -> None:
    with run_host(app.root) as host:
        assert host.get("/api/x").status == 404
        host.wait_for_output("no folder in")


def test_a_missing_package_comes_with_the_command_that_installs_it(
    app: AppFolder, run_host: RunHost
) -> None:
    app.write("requirements.txt", "no-such-package\n")
    app.write(".venv/pyvenv.cfg", "")
    app.add("A", "import no_such_package")
    app.add("B", "import no_such_package")

    with run_host(app.root) as host:
        host.get("/")
        output = host.wait_for_output("pip install -r")
    assert output.count("pip install -r") == 1
    assert str(app.root / ".python_packages/lib/site-packages") in output
    assert ".venv isn't used" in output


def test_host_json_in_a_folder_below_is_found(app: AppFolder, run_host: RunHost) -> None:
    app.write("api/host.json", "{}")
    (app.root / "host.json").unlink()

    with run_host(app.root) as host:
        host.get("/")
        host.wait_for_output("in the folder api")


@pytest.mark.parametrize(
    ("part", "named"),
    [
        ('"extensions": {"durableTask": {}}', "extensions.durableTask"),
        ('"retry": {"strategy": "fixedDelay"}', "retry"),
        ('"telemetryMode": "OpenTelemetry"', "telemetryMode"),
        ('"customHandler": {}', "customHandler"),
    ],
)
def test_a_part_of_host_json_without_effect_is_named(
    app: AppFolder, run_host: RunHost, part: str, named: str
) -> None:
    app.write("host.json", f'{{"version": "2.0", "logging": {{}}, {part}}}')
    app.add("A", "def main(req): pass", retry={"strategy": "fixedDelay"})

    with run_host(app.root) as host:
        host.get("/")
        output = host.wait_for_output(f"host.json: {named} has no effect")
        host.wait_for_output("A/function.json: retry has no effect")
    assert "logging" not in output


def environment_of(root: Path, document: object, **process: str) -> dict[str, str]:
    (root / "local.settings.json").write_text(json.dumps(document))
    return host_environment(process, root, {})


def test_host_cors_allows_other_origins(tmp_path: Path) -> None:
    document = {"Values": {}, "Host": {"CORS": "https://a.example, *", "CORSCredentials": True}}

    assert environment_of(tmp_path, document) == {
        "FUNCTIONS_ENABLE_CORS_CONFIGURATION": "true",
        "CORS_ALLOWED_ORIGINS": '["https://a.example", "*"]',
        "CORS_SUPPORT_CREDENTIALS": "true",
    }


@pytest.mark.parametrize("host", [{}, {"CORS": ""}, {"LocalHttpPort": 7075}])
def test_without_host_cors_nothing_is_allowed(tmp_path: Path, host: object) -> None:
    assert environment_of(tmp_path, {"Values": {}, "Host": host}) == {}


def test_cors_settings_win_over_host_cors(tmp_path: Path) -> None:
    own = {"FUNCTIONS_ENABLE_CORS_CONFIGURATION": "false"}
    document = {"Values": own, "Host": {"CORS": "*"}}

    assert environment_of(tmp_path, document) == own
    assert environment_of(tmp_path, {"Values": {}, "Host": {"CORS": "*"}}, **own) == own


@pytest.mark.parametrize(
    "host", ["x", {"CORS": ["*"]}, {"LocalHttpPort": "x"}, {"LocalHttpPort": 0}]
)
def test_a_wrong_host_section_is_an_error(tmp_path: Path, host: object) -> None:
    with pytest.raises(HostEnvironmentError, match=r"local\.settings\.json"):
        environment_of(tmp_path, {"Values": {}, "Host": host})


@pytest.mark.parametrize(
    ("host", "arguments", "port"),
    [
        ({"LocalHttpPort": 7075}, [], 7075),
        ({"localhttpport": "7075"}, [], 7075),
        ({"LocalHttpPort": 7075}, ["--port", "7080"], 7080),
        ({"LocalHttpPort": 7075}, ["--settings", ""], 7071),
        ({"LocalHttpPort": "x"}, [], 7071),
        ({}, [], 7071),
    ],
)
def test_local_http_port_is_the_port_unless_another_is_given(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, host: object, arguments: list[str], port: int
) -> None:
    (tmp_path / "local.settings.json").write_text(json.dumps({"Values": {}, "Host": host}))
    monkeypatch.setattr(sys, "argv", ["start", "--root", str(tmp_path), *arguments])

    assert parse_arguments().port == port
