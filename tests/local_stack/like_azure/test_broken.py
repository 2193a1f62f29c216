"""Functions in error, functions that don't load, and apps that are down."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from local_stack.host.addresses import REPORT_PATH
from local_stack.host.app.application import load_application
from tests.local_stack.like_azure.code import OK, returning

if TYPE_CHECKING:
    from tests.local_stack.conftest import AppFolder, RunHost, RunningHost
    from tests.local_stack.like_azure.conftest import Serve

KEY = [("x-functions-key", "local")]
TRIGGER = '{"type": "httpTrigger", "direction": "in", "name": "req", "authLevel": "anonymous"}'
ANSWER = '{"type": "http", "direction": "out", "name": "$return"}'
# Folder, function.json, and the status at its name's URL.
FILES: list[tuple[str, str, int]] = [
    ("Empty", "", 404),
    ("Cut", '{"bindings": [', 404),
    ("Listed", "[]", 404),
    ("Word", '"bindings"', 404),
    ("Bare", "{}", 404),
    ("NoBindings", '{"bindings": []}', 404),
    ("TextBindings", '{"bindings": "http"}', 404),
    ("Numbered", '{"bindings": [1]}', 404),
    ("Nameless", '{"bindings": [{"type": "httpTrigger", "direction": "in"}]}', 404),
    ("Typeless", '{"bindings": [{"name": "req", "direction": "in"}]}', 404),
    ("NoDirection", '{"bindings": [{"type": "httpTrigger", "name": "req"}]}', 404),
    ("Sideways", f'{{"bindings": [{TRIGGER.replace('"in"', '"sideways"')}]}}', 404),
    ("TwoTriggers", f'{{"bindings": [{TRIGGER}, {TRIGGER.replace('"req"', '"two"')}]}}', 404),
    ("NoTrigger", f'{{"bindings": [{ANSWER}]}}', 404),
    ("Queue", '{"bindings": [{"type": "queueTrigger", "direction": "in", "name": "q"}]}', 404),
    ("BadLevel", f'{{"bindings": [{TRIGGER.replace("anonymous", "nobody")}]}}', 404),
    ("Methods", f'{{"bindings": [{TRIGGER[:-1]}, "methods": "get"}}]}}', 404),
    ("Nowhere", f'{{"bindings": [{TRIGGER}], "scriptFile": "nowhere.py"}}', 404),
    ("NullScript", f'{{"bindings": [{TRIGGER}], "scriptFile": "a\\u0000b"}}', 404),
    ("HalfScript", f'{{"bindings": [{TRIGGER}], "scriptFile": "\\ud800"}}', 404),
    ("LongScript", f'{{"bindings": [{TRIGGER}], "scriptFile": "{"x" * 5000}"}}', 404),
    ("ListRoute", f'{{"bindings": [{TRIGGER[:-1]}, "route": []}}]}}', 404),
    ("MapRoute", f'{{"bindings": [{TRIGGER[:-1]}, "route": {{}}}}]}}', 404),
    ("HalfKey", f'{{"\\ud800": 1, "bindings": [{TRIGGER}, {ANSWER}]}}', 200),
    ("1Digit", f'{{"bindings": [{TRIGGER}]}}', 404),
    ("żaba", f'{{"bindings": [{TRIGGER}]}}', 404),
    ("a b", f'{{"bindings": [{TRIGGER}]}}', 404),
    ("Dot.Name", f'{{"bindings": [{TRIGGER}]}}', 404),
    ("AdminArea", f'{{"bindings": [{TRIGGER}]}}', 404),
    ("Runtimes", f'{{"bindings": [{TRIGGER}]}}', 404),
    (
        "Dash-Name_2",
        f'{{"bindings": [{TRIGGER}, {ANSWER}]}}',
        200,
    ),
    (
        "Comments",
        f'{{"bindings": [{TRIGGER}, {ANSWER},], // ]\n}}',
        200,
    ),
    (
        "Unknown",
        f'{{"color": 1, "disabled": true, "bindings": [{TRIGGER}, {ANSWER}]}}',
        200,
    ),
    (
        "Excluded",
        f'{{"excluded": true, "bindings": [{TRIGGER}, {ANSWER}]}}',
        200,
    ),
    ("NoMethod", f'{{"bindings": [{TRIGGER[:-1]}, "methods": []}}]}}', 404),
]
# Functions whose code doesn't load: name, code, and what the reason says.
CODE: list[tuple[str, str, str]] = [
    ("Missing", "import no_such_module\n", "No module named 'no_such_module'"),
    ("Syntax", "def main(req:\n", "never closed"),
    ("Raises", "raise ValueError('at import')\n", "ValueError: at import"),
    ("HalfCharacter", "raise ValueError('\\ud800')\n", "ValueError: ?"),
    (
        "NoText",
        "class Odd(Exception):\n    def __str__(self): return None\n\nraise Odd\n",
        "Odd (NoText/__init__.py, line 5)",
    ),
    ("NoMain", "def handle(req): ...\n", "main"),
    ("Other", "def main(request) -> str:\n    return ''\n", "request"),
    ("Extra", "def main(req, more) -> str:\n    return ''\n", "more"),
]


def build(app: AppFolder) -> None:
    for name, text, _ in FILES:
        app.write(f"{name}/function.json", text)
        app.write(f"{name}/__init__.py", f"import azure.functions as func\n{OK}")
    for name, code, _ in CODE:
        app.add(name, code)
    app.add("Levels", "import no_such_module\n", {"authLevel": "function"})
    app.add("Exits", returning({"1": "__import__('sys').exit(3)"}))
    app.add("Sound", OK)
    for name in ("OffByDots", "OffByLines", "Yes", "TwoLines"):
        app.add(name, OK)


SETTINGS = {
    "AzureWebJobs.OffByDots.Disabled": "TRUE",
    "AzureWebJobs_OffByLines_Disabled": "1",
    "AzureWebJobs.Yes.Disabled": "yes",
    "AzureWebJobs__TwoLines__Disabled": "true",
}


@pytest.fixture(scope="module")
def broken(serve: Serve) -> RunningHost:
    return serve(build, SETTINGS)


@pytest.mark.parametrize(("name", "status"), [(name, status) for name, _, status in FILES])
def test_a_function_json_makes_a_function_or_not(
    broken: RunningHost, name: str, status: int
) -> None:
    answer = broken.get("/api/" + "".join(f"%{byte:02X}" for byte in name.encode()))

    assert answer.status == status


@pytest.mark.parametrize(
    "name", ["Cut", "Bare", "Sideways", "TwoTriggers", "Queue", "BadLevel", "Nowhere", "AdminArea"]
)
def test_a_function_in_error_says_why(broken: RunningHost, name: str) -> None:
    reason = broken.get(f"/api/{name}").body.decode()
    reported = {
        one["function"]: one["reason"] for one in broken.get(REPORT_PATH, KEY).json()["errors"]
    }

    assert reason == f"{name} is in error: {reported[name]}\n"
    assert "function.json" in reason


@pytest.mark.parametrize(("name", "code", "reason"), CODE)
def test_a_function_whose_code_does_not_load_is_a_500(
    broken: RunningHost, name: str, code: str, reason: str
) -> None:
    answer = broken.get(f"/api/{name}")

    assert answer.status == 500
    assert answer.body.decode().startswith(f"{name} did not load: ")
    assert reason in answer.body.decode()


@pytest.mark.parametrize(
    ("target", "headers", "status"),
    [
        ("/api/Sound", [], 200),
        ("/api/Exits?kind=1", [], 500),
        ("/api/Levels", [], 401),
        ("/api/Levels", KEY, 500),
        ("/api/OffByDots", [], 404),
        ("/api/OffByDots", KEY, 200),
        ("/api/OffByLines", [("x-functions-key", "wrong")], 404),
        ("/api/OffByLines?code=local", [], 200),
        ("/api/Yes", [], 200),
        ("/api/TwoLines", [], 200),
    ],
)
def test_the_other_functions_run(
    broken: RunningHost, target: str, headers: list[tuple[str, str]], status: int
) -> None:
    assert broken.get(target, headers).status == status


@pytest.mark.parametrize(
    ("file", "text", "reason"),
    [
        ("host.json", "", "not valid JSON"),
        ("host.json", '{"version": "2"}', '"version" must be'),
        ("host.json", '{"version": "2.0", "functionTimeout": "x"}', '"functionTimeout"'),
        ("Bad", "a/{id", "the route api/a/{id is invalid"),
        ("Bad", "/a", "the route api//a is invalid"),
        ("Bad", "{a}/{a}", "appears more than one time"),
        ("Bad", "{a:word}", "could not be resolved"),
    ],
)
def test_one_mistake_stops_the_whole_app(app: AppFolder, file: str, text: str, reason: str) -> None:
    app.add("Sound", OK)
    if file == "host.json":
        app.write(file, text)
    else:
        app.add(file, OK, {"route": text})

    application = load_application(app.root, {})

    assert application.functions == {}
    assert reason in str(application.down)


def test_a_missing_host_json_stops_the_app(app: AppFolder) -> None:
    (app.root / "host.json").unlink()

    assert "host.json is missing" in str(load_application(app.root, {}).down)


@pytest.mark.parametrize(
    ("target", "headers", "status", "body"),
    [
        ("/api/Sound", [], 503, b"Function host is not running."),
        ("/api/Nothing", [], 503, b"Function host is not running."),
        ("/", [], 503, b"Function host is not running."),
        ("/admin/nothing", [], 404, b""),
        ("/admin/host/ping", [], 200, b""),
        ("/admin/host/status", [], 401, b""),
        ("/admin/host/status", KEY, 200, None),
    ],
)
def test_only_admin_answers_while_the_app_is_down(
    down: RunningHost, target: str, headers: list[tuple[str, str]], status: int, body: bytes | None
) -> None:
    answer = down.get(target, headers)

    assert answer.status == status
    assert body is None or answer.body == body


@pytest.fixture(scope="module")
def down(serve: Serve) -> RunningHost:
    def build_down(app: AppFolder) -> None:
        app.add("Sound", OK)
        app.add("Bad", OK, {"route": "{a}/{a}"})

    return serve(build_down)


def test_a_client_that_asks_for_it_gets_a_closed_connection(down: RunningHost) -> None:
    with down.connect() as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        with connection.makefile("rb") as received:
            answer = received.read()

    assert b"\r\nConnection: close\r\n" in answer
    assert answer.endswith(b"\r\n\r\nFunction host is not running.")


def test_a_head_request_gets_no_body_from_an_app_that_is_down(down: RunningHost) -> None:
    head = b"HEAD / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    with down.connect() as connection:
        connection.sendall(head)
        with connection.makefile("rb") as received:
            answer = received.read()

    assert answer.startswith(b"HTTP/1.1 503 ")
    assert answer.endswith(b"\r\n\r\n")


def test_the_status_of_an_app_that_is_down_has_azures_error(down: RunningHost) -> None:
    status = down.get("/admin/host/status", KEY).json()

    assert status["state"] == "Error"
    assert len(status["errors"]) == 1
    assert "An error occurred while creating the route with name 'Bad'" in status["errors"][0]


@pytest.mark.parametrize("error", ["SystemExit(5)", "BaseException(5)", "GeneratorExit(5)"])
def test_an_exit_at_import_stops_the_app(run_host: RunHost, app: AppFolder, error: str) -> None:
    app.add("Sound", OK)
    app.add("Quits", f"raise {error}\n")
    with run_host(app.root) as host:
        answer = host.get("/api/Sound")
        [found] = host.get(REPORT_PATH, KEY).json()["errors"]

    assert (answer.status, answer.body) == (503, b"Function host is not running.")
    assert f"{error.partition('(')[0]}: 5 (Quits/__init__.py, line 2)" in found["reason"]


def test_an_invalid_regular_expression_is_a_500_at_its_route(
    run_host: RunHost, app: AppFolder
) -> None:
    app.add("Zed", OK, {"route": "x/{a:regex([)}"})
    app.add("Sound", OK)
    app.write("package.json", json.dumps({}))
    with run_host(app.root) as host:
        assert host.get("/api/x/1").status == 500
        assert host.get("/api/Sound").status == 200
