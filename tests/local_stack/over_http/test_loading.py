"""Which functions load, and why others don't."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from local_stack.host.addresses import REPORT_PATH

if TYPE_CHECKING:
    from tests.local_stack.conftest import AppFolder, RunHost, RunningHost

KEY = [("x-functions-key", "local")]
OK = "def main(req: func.HttpRequest) -> str:\n    return 'ok'\n"


def reasons(host: RunningHost) -> dict[str, str]:
    """Return why functions did not load, by name."""
    errors: list[dict[str, Any]] = host.get(REPORT_PATH, KEY).json()["errors"]
    return {error["function"]: error["reason"] for error in errors}


def test_the_report_names_the_functions_that_run(host: RunningHost) -> None:
    report = host.get(REPORT_PATH, KEY).json()

    assert report["running"] is True
    assert report["instance"] == str(host.process.pid)
    assert {"Echo", "Item", "Text", "Disabled"} <= set(report["functions"])
    assert not {"SwitchedOff", "BrokenImport"} & set(report["functions"])


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (
            "BrokenImport",
            "ModuleNotFoundError: No module named 'no_such_package' "
            "(BrokenImport/__init__.py, line 2)",
        ),
        ("BrokenSyntax", "SyntaxError: '(' was never closed (__init__.py, line 2)"),
        ("Misspelt", "declared in Python but not in function.json: {'request'}"),
        ("Queued", 'doesn\'t support "queueTrigger"'),
        ("NotJson", "function.json is not valid JSON"),
        ("NoEntry", "cannot load function NoEntry: function missing() is not present in"),
    ],
)
def test_a_function_that_does_not_run_is_named_with_its_reason(
    host: RunningHost, function: str, reason: str
) -> None:
    assert reason in reasons(host)[function]
    host.wait_for_output(f"ERROR   host: {function} ")


@pytest.mark.parametrize(
    ("function", "status", "start", "reason"),
    [
        ("BrokenImport", 500, "did not load", "No module named 'no_such_package'"),
        ("BrokenSyntax", 500, "did not load", "was never closed"),
        ("NotJson", 404, "is in error", "function.json is not valid JSON"),
        ("Queued", 404, "is in error", 'doesn\'t support "queueTrigger"'),
    ],
)
def test_the_body_and_the_terminal_have_the_reason(
    host: RunningHost, function: str, status: int, start: str, reason: str
) -> None:
    answer = host.get(f"/api/{function}")
    text = answer.body.decode().strip()

    assert answer.status == status
    assert answer.all("Content-Type") == ["text/plain; charset=utf-8"]
    assert text.startswith(f"{function} {start}: ")
    assert reason in text
    host.wait_for_output(text)


def load_and_end(run_host: RunHost, app: AppFolder) -> str:
    """Return what a host prints while it loads an app."""
    with run_host(app.root) as host:
        host.get("/api/end-of-output")
        return host.wait_for_output("/api/end-of-output")


@pytest.mark.soak
@pytest.mark.parametrize(
    "code", ["from helpers import wrong\n", "def main(req:\n", "import no_such_package\n"]
)
def test_the_terminal_shows_only_the_apps_frames(
    run_host: RunHost, app: AppFolder, code: str
) -> None:
    app.write("helpers/__init__.py", "")
    app.write("helpers/wrong.py", "import json\n\njson.loads('[')\n")
    app.add("Broken", code)
    lines = load_and_end(run_host, app).splitlines()
    files = [line for line in lines if line.startswith("  File ")]

    assert files
    assert all(line.startswith(f'  File "{app.root}') for line in files)
    assert any("Error: " in line and not line.startswith(" ") for line in lines[1:])


@pytest.mark.soak
def test_a_missing_comma_is_one_sentence(run_host: RunHost, app: AppFolder) -> None:
    app.write("Broken/function.json", '{"bindings": [] "disabled": false}')
    output = load_and_end(run_host, app)

    assert "Broken is in error: function.json is not valid JSON: Expecting ',' delimiter" in output
    assert "Traceback" not in output


@pytest.mark.soak
def test_unknown_words_in_function_json_are_warnings(run_host: RunHost, app: AppFolder) -> None:
    app.add("Text", OK, {"metods": ["get"], "methods": ["gett", "post"]}, scriptFil="other.py")
    output = load_and_end(run_host, app)

    for word, kind, meant in (
        ("scriptFil", "key", "scriptFile"),
        ("metods", "key", "methods"),
        ("GETT", "HTTP method", "GET"),
    ):
        assert f'function.json: unknown {kind} "{word}". Did you mean "{meant}"?' in output
    assert output.count("WARNING") == 4  # and the 404 at the end


def test_a_function_that_does_not_load_keeps_its_key(host: RunningHost) -> None:
    assert host.get("/api/Misspelt").status == 401
    assert host.get("/api/Misspelt?code=local").status == 500


def test_only_a_setting_disables_a_function_and_the_key_still_opens_it(host: RunningHost) -> None:
    assert host.get("/api/Disabled").status == 200
    assert host.get("/api/SwitchedOff").status == 404
    assert host.get("/api/SwitchedOff", KEY).status == 200


def test_script_file_and_entry_point_are_used(host: RunningHost) -> None:
    assert host.get("/api/Entry").status == 200


def test_the_app_folder_is_on_the_path_and_is_the_working_directory(
    host: RunningHost, app_root: Path
) -> None:
    assert host.get("/api/OwnModule").body.decode() == f"found {app_root}"


def test_the_route_prefix_can_be_empty(run_host: RunHost, app: AppFolder) -> None:
    app.write("host.json", '{"version": "2.0", "extensions": {"http": {"routePrefix": ""}}}')
    app.add("Text", OK)
    with run_host(app.root) as host:
        assert host.get("/Text").status == 200
        assert host.get("/api/Text").status == 404


@pytest.mark.soak
def test_a_function_whose_name_is_not_allowed_does_not_stop_the_host(
    run_host: RunHost, app: AppFolder
) -> None:
    app.add("Text", OK)
    app.add("a{b", OK)
    with run_host(app.root) as host:
        assert host.get("/api/Text").status == 200
        assert "not a valid function name" in reasons(host)["a{b"]


@pytest.mark.soak
@pytest.mark.parametrize("prefix", ["api/{x", "{rest?}y", "{*rest}", "v1/"])
def test_a_wrong_route_prefix_stops_the_app(run_host: RunHost, app: AppFolder, prefix: str) -> None:
    http = {"routePrefix": prefix}
    app.write("host.json", json.dumps({"version": "2.0", "extensions": {"http": http}}))
    app.add("Text", OK)
    with run_host(app.root) as host:
        answer = host.get("/api/Text")
        reason = reasons(host)[""]

    assert answer.status == 503
    assert f"the route {prefix}/Text is invalid" in reason


def test_an_unusable_host_json_is_azures_503(run_host: RunHost, app: AppFolder) -> None:
    app.write("host.json", '{"version": "1.0"}')
    app.add("Text", OK)
    with run_host(app.root) as host:
        answer = host.get("/api/Text")
        status = host.get("/admin/host/status", KEY).json()
        reason = reasons(host)[""]

    assert (answer.status, answer.body) == (503, b"Function host is not running.")
    assert status["state"] == "Error"
    assert reason == 'host.json, line 1: "version" must be "2.0", in quotes'
