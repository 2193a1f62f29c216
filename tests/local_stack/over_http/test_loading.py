"""Which functions load, and why others don't."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.local_stack.conftest import AppFolder, RunHost, RunningHost

KEY = [("x-functions-key", "local")]
OK = "def main(req: func.HttpRequest) -> str:\n    return 'ok'\n"


def reasons(host: RunningHost) -> dict[str, str]:
    """Return why functions did not load, by name."""
    errors: list[dict[str, Any]] = host.get("/admin/host/status", KEY).json()["errors"]
    return {error["function"]: error["reason"] for error in errors}


def test_the_status_names_the_functions_that_run(host: RunningHost) -> None:
    status = host.get("/admin/host/status", KEY).json()

    assert status["state"] == "Running"
    assert status["instanceId"] == str(host.process.pid)
    assert {"Echo", "Item", "Text"} <= set(status["functions"])
    assert not {"Disabled", "SwitchedOff", "BrokenImport"} & set(status["functions"])


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
        ("Queued", "doesn't support queueTrigger"),
        ("NotJson", "function.json is not valid JSON"),
        ("NoEntry", "cannot load function NoEntry: function missing() is not present in"),
    ],
)
def test_a_function_that_does_not_load_is_named_with_its_reason(
    host: RunningHost, function: str, reason: str
) -> None:
    assert reason in reasons(host)[function]
    assert f"{function} did not load" in host.wait_for_output(f"{function} did not load")


def test_a_function_that_does_not_load_is_a_500(host: RunningHost) -> None:
    for name in ("BrokenImport", "BrokenSyntax", "NotJson", "Queued"):
        assert host.get(f"/api/{name}").status == 500


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        ("BrokenImport", "No module named 'no_such_package'"),
        ("NotJson", "function.json is not valid JSON"),
    ],
)
def test_the_500_and_the_terminal_have_the_reason(
    host: RunningHost, function: str, reason: str
) -> None:
    answer = host.get(f"/api/{function}")

    assert answer.all("Content-Type") == ["text/plain; charset=utf-8"]
    assert answer.body.decode().startswith(f"{function} did not load: ")
    assert reason in answer.body.decode()
    line = f"WARNING host: 500 GET /api/{function}: {answer.body.decode().strip()}"
    host.wait_for_output(line)


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

    assert "Broken did not load: function.json is not valid JSON: Expecting ',' delimiter" in output
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


def test_a_disabled_function_is_a_404(host: RunningHost) -> None:
    assert host.get("/api/Disabled").status == 404
    assert host.get("/api/SwitchedOff").status == 404


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
def test_a_function_whose_name_is_not_a_route_does_not_stop_the_host(
    run_host: RunHost, app: AppFolder
) -> None:
    app.add("Text", OK)
    app.add("a{b", OK)
    with run_host(app.root) as host:
        assert host.get("/api/Text").status == 200
        assert "the route part a{b" in reasons(host)["a{b"]


@pytest.mark.soak
@pytest.mark.parametrize("prefix", ["api/{x", "{rest?}", "{*rest}"])
def test_a_wrong_route_prefix_is_a_503_with_the_reason(
    run_host: RunHost, app: AppFolder, prefix: str
) -> None:
    http = {"routePrefix": prefix}
    app.write("host.json", json.dumps({"version": "2.0", "extensions": {"http": http}}))
    app.add("Text", OK)
    with run_host(app.root) as host:
        answer = host.get("/api/Text")

    assert answer.status == 503
    assert f"host.json: the route prefix {prefix} is" in answer.body.decode()


def test_an_unusable_host_json_is_a_503_with_the_reason(run_host: RunHost, app: AppFolder) -> None:
    app.write("host.json", '{"version": "1.0"}')
    app.add("Text", OK)
    with run_host(app.root) as host:
        answer = host.get("/api/Text")
        status = host.get("/admin/host/status", KEY).json()

    assert (answer.status, answer.body) == (503, b'host.json: "version" must be "2.0"\n')
    assert status["state"] == "Error"
