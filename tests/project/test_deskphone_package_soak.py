"""deskphone as other apps install it: only its wheel, in a bare Python 3.11."""

import os
import re
import subprocess
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from uv import find_uv_bin

from commands.lock import environment_for_uv, index_of_pip
from deskphone.values import LINE, LINE_SID
from tests.conftest import WebServer

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "use" / "bring-your-own.md"
NO_SPEECH = "Speech is a soft tone"
PERSON = "+12025550123"
LIMIT_BYTES = 1_000_000
DOWNLOAD_LIMIT_BYTES = 10_000_000
LIMIT_S = 30
SHIPPED = {".js", ".py"}
IMPORT_ALL = """
import importlib, pkgutil, deskphone
left_out = ("deskphone.pytest_plugin.", "deskphone.sound.espeak_library")  # extras
for module in pkgutil.walk_packages(deskphone.__path__, "deskphone."):
    if not module.name.endswith("__main__") and not module.name.startswith(left_out):
        importlib.import_module(module.name)
"""
TEST_OF_AN_APP = """
import pytest
from flask import Flask

flask_app = Flask("menu")
XML = {"Content-Type": "text/xml"}

@flask_app.post("/voice")
def voice():
    menu = '<Gather numDigits="1" action="/key"><Say>Press 1</Say></Gather>'
    return f"<Response>{menu}</Response>", XML

@flask_app.post("/key")
def key():
    return "<Response><Say>We open at nine.</Say></Response>", XML

@pytest.fixture
def app():
    return flask_app

def test_opening_hours(phone, twilio, live_app):
    twilio.number.voice_url = f"{live_app}/voice"
    call = phone.rings(twilio.number)
    assert "Press 1" in call.heard
    call.press("1")
    assert call.heard[-1] == "We open at nine."
    assert call.ended and not twilio.alerts
"""
pytestmark = pytest.mark.soak


def environment() -> dict[str, str]:
    """Return the environment without variables that name the Python of the tests."""
    names = [name for name in os.environ if not name.startswith(("PYTHON", "VIRTUAL"))]
    return environment_for_uv({name: os.environ[name] for name in names}, index_of_pip())


def run(*command: str | Path, cwd: Path) -> None:
    """Run a command outside the project; fail with its output."""
    done = subprocess.run(
        command, cwd=cwd, env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def eventually(url: str, condition: Callable[[Any], bool]) -> Any:
    """Return the JSON at a URL once it's as expected; on timeout, fail with the last one."""
    end = time.monotonic() + LIMIT_S
    while not condition(found := requests.get(url, timeout=10).json()):
        assert time.monotonic() < end, found
        time.sleep(0.05)
    return found


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = ("build", "--quiet", "--python", "3.11", "--wheel", "--out-dir", folder)
    run(find_uv_bin(), *build, ROOT / "deskphone", cwd=folder)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module", params=["highest", "lowest-direct"])
def python(
    request: pytest.FixtureRequest, wheel: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A Python 3.11 with the wheel and the newest, or the oldest, packages that it allows."""
    folder = tmp_path_factory.mktemp("bare")
    run(find_uv_bin(), "venv", "--quiet", "--no-project", "--python", "3.11", "env", cwd=folder)
    python = folder / "env" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    install = ("pip", "install", "--quiet", "--resolution", request.param, "--python", python)
    run(find_uv_bin(), *install, wheel, cwd=folder)
    return python


@pytest.fixture
def url(python: Path, tmp_path: Path) -> Iterator[str]:
    """The address of a running `python -m deskphone`."""
    command = (python, "-m", "deskphone", "--port", "0")
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield next(
                found[0]
                for line in process.stdout
                if (found := re.search(r"http://127\.0\.0\.1:\d+", line))
            )
        finally:
            process.terminate()


def test_the_wheel_is_small_and_contains_only_the_package(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    folders = {name.partition("/")[0] for name in names}
    expected = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "deskphone").rglob("*")
        if path.suffix in SHIPPED or (path.is_file() and "static" in path.parts)
    }

    assert wheel.stat().st_size < LIMIT_BYTES
    assert {name for name in names if name.startswith("deskphone/")} == expected
    assert folders == {"deskphone", "-".join(wheel.name.split("-")[:2]) + ".dist-info"}


def test_dependencies_are_a_small_download(python: Path, wheel: Path, tmp_path: Path) -> None:
    run(find_uv_bin(), "pip", "install", "--quiet", "--python", python, "pip", cwd=tmp_path)
    run(python, "-m", "pip", "download", "--quiet", "--dest", tmp_path / "all", wheel, cwd=tmp_path)
    others = [one for one in (tmp_path / "all").iterdir() if one.name != wheel.name]

    assert len(others) > 10
    assert sum(one.stat().st_size for one in others) < DOWNLOAD_LIMIT_BYTES


def test_files_that_are_not_code_are_served(url: str) -> None:
    for path in ("/", "/docs", "/docs/vendor/swagger-ui-bundle.js", "/voice-shim.js"):
        assert requests.get(url + path, timeout=10).status_code == 200


def test_every_module_loads_without_the_rest_of_the_project(python: Path, tmp_path: Path) -> None:
    run(python, "-W", "error", "-c", IMPORT_ALL, cwd=tmp_path)


@pytest.mark.parametrize("resolution", ["highest", "lowest-direct"])
def test_the_pytest_plugin_runs_the_test_of_an_app(
    resolution: str, wheel: Path, tmp_path: Path
) -> None:
    run(find_uv_bin(), "venv", "--quiet", "--no-project", "--python", "3.11", "env", cwd=tmp_path)
    python = tmp_path / "env" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    install = ("pip", "install", "--quiet", "--resolution", resolution, "--python", python)
    run(find_uv_bin(), *install, f"{wheel}[pytest]", "flask>=3", cwd=tmp_path)
    (tmp_path / "test_menu.py").write_text(TEST_OF_AN_APP)

    run(python, "-m", "pytest", "-W", "error", "test_menu.py", cwd=tmp_path)


def test_an_http_client_drives_a_call(url: str, web_server: WebServer) -> None:
    menu = '<Gather numDigits="1" action="/opening"><Say>Press 1 for our hours.</Say></Gather>'
    voice_url = web_server.twiml("/voice", f"<Response>{menu}</Response>")
    web_server.twiml("/opening", "<Response><Say>We open at nine.</Say></Response>")
    world = f"{url}/emulator"

    number = requests.put(f"{world}/numbers/{LINE_SID}", json={"voice_url": voice_url}, timeout=10)
    call = requests.post(f"{world}/calls", json={"from": PERSON, "to": LINE}, timeout=10)
    at = f"{world}/calls/{call.json()['sid']}"
    eventually(at, lambda call: bool(heard(call)))
    pressed = requests.post(f"{at}/keys", json={"digits": "1"}, timeout=10)
    ended = eventually(at, lambda call: call["status"] == "completed")

    assert (number.status_code, call.status_code, pressed.status_code) == (200, 201, 200)
    assert heard(ended) == ["Press 1 for our hours.", "We open at nine."]
    assert web_server.asked("/opening")[0].form["Digits"] == "1"
    alerts = requests.get(f"{world}/alerts", timeout=10).json()
    # The wheel alone has no speech.
    assert [alert["message"].partition(" because ")[0] for alert in alerts] == [NO_SPEECH]


@pytest.fixture
def flask_app(python: Path, tmp_path: Path) -> Iterator[str]:
    """The URL of the page's Flask app, in the environment of the wheel."""
    run(find_uv_bin(), "pip", "install", "--quiet", "--python", python, "flask", cwd=tmp_path)
    [code] = re.findall(r"### Flask\n\n```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    (tmp_path / "app.py").write_text(code, "utf-8")
    command = (python, "-m", "flask", "run", "--port", "0")
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment(), stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        try:
            found = (re.search(r"http://127\.0\.0\.1:\d+", line) for line in process.stderr)
            yield next(match[0] for match in found if match)
        finally:
            process.terminate()


def test_flask_app_answers_a_call_and_a_text(url: str, flask_app: str) -> None:
    world = f"{url}/emulator/v1"
    urls = {"voice_url": f"{flask_app}/voice", "sms_url": f"{flask_app}/sms"}
    requests.put(f"{world}/numbers/{LINE_SID}", json=urls, timeout=10).raise_for_status()

    call = requests.post(f"{world}/calls", json={"from": PERSON, "to": LINE}, timeout=10).json()
    at = f"{world}/calls/{call['sid']}"
    eventually(at, lambda call: "keys" in call["wants"])
    requests.post(f"{at}/keys", json={"digits": "1"}, timeout=10).raise_for_status()
    ended = eventually(at, lambda call: call["status"] == "completed")
    text = {"from": PERSON, "to": LINE, "body": "Hi"}
    requests.post(f"{world}/texts", json=text, timeout=10).raise_for_status()
    handset = eventually(f"{world}/handsets/{PERSON}", lambda handset: len(handset["texts"]) > 1)

    assert heard(ended) == ["Press 1", "Nine"]
    assert [text["body"] for text in handset["texts"]] == ["Hi", "Thanks!"]


def heard(call: dict[str, Any]) -> list[str]:
    """Return what was said in a call."""
    return [entry["text"] for entry in call["timeline"] if entry["name"] == "Say"]
