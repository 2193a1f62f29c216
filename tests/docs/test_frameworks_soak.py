"""The apps on the page about other apps, each run by the command below it."""

import os
import re
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from uv import find_uv_bin

from commands.lock import environment_for_uv, index_of_pip
from tests.deskphone.standalone import ROOT
from tests.node import node_programs

PAGE = (ROOT / "docs" / "use" / "bring-your-own.md").read_text("utf-8")
SECTION = PAGE.partition("\n## Start with your framework\n")[2].partition("\n## ")[0]
APPS = {
    name: (language, code, command)
    for name, language, code, command in re.findall(
        r"^### (\w+)\n.*?^```(\w+)\n(.*?)^```\n\n^```\ndeskphone run -- (.*?)\n```",
        SECTION,
        re.M | re.S,
    )
}
PACKAGES = {
    "Flask": ("flask==3.1.3",),
    "Django": ("django==6.0.2",),
    "FastAPI": ("fastapi==0.128.0", "uvicorn==0.40.0", "python-multipart==0.0.22"),
    "Express": ("express@5.2.1",),
}
TOO_MANY_LINES = 20
LIMIT_S = 60
DESKPHONE = (sys.executable, "-m", "deskphone")
pytestmark = pytest.mark.soak


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_up(url: str) -> bool:
    """Return whether anything answers at a URL."""
    try:
        requests.get(url, timeout=10)
    except requests.ConnectionError:
        return False
    return True


def eventually(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + LIMIT_S
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def install(name: str, folder: Path) -> dict[str, str]:
    """Install a framework in a folder; return the environment in which it is found."""
    environment = {**environment_for_uv(dict(os.environ), index_of_pip()), "PYTHONPATH": str(ROOT)}
    if name == "Express":
        programs = node_programs()
        if programs is None:
            pytest.skip("Express needs Node.js, which is neither on the system nor in .venv")
        install = [*programs.npm, "install", "--no-audit", "--no-fund", *PACKAGES[name]]
        subprocess.run(install, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        binaries = programs.node.parent
    else:
        uv = find_uv_bin()
        venv = [uv, "venv", "--quiet", "--python", sys.executable, folder / "env"]
        subprocess.run(venv, env=environment, check=True)
        binaries = folder / "env" / ("Scripts" if os.name == "nt" else "bin")
        install = [uv, "pip", "install", "--quiet", "--python", binaries / "python"]
        subprocess.run([*install, *PACKAGES[name]], env=environment, check=True)
    return {**environment, "PATH": f"{binaries}{os.pathsep}{environment['PATH']}"}


@pytest.fixture(params=APPS)
def running(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[int]:
    """Run an app of the page; yield the phone's port."""
    language, code, command = APPS[request.param]
    environment = install(request.param, tmp_path)
    port, app_port = free_port(), free_port()
    [settings] = re.findall(r"```toml\n(.*?)```", SECTION, re.DOTALL)
    for name, text in ((f"app.{language[:2]}", code), ("deskphone.toml", settings)):
        (tmp_path / name).write_text(text.replace("5000", str(app_port)), "utf-8")
    app = shlex.split(command.replace("5000", str(app_port)))
    run = [*DESKPHONE, "run", "--port", str(port), "--", *app]
    variables = {**environment, "FLASK_RUN_PORT": str(app_port)}
    with subprocess.Popen(run, cwd=tmp_path, env=variables) as process:
        try:
            eventually(lambda: is_up(f"http://127.0.0.1:{app_port}") or process.poll() is not None)
            assert process.poll() is None
            yield port
        finally:
            process.terminate()


def test_app_of_the_page_answers_a_call_and_a_text(running: int) -> None:
    printed = ""
    for command in re.findall(r"^deskphone ((?:call|text) .+)", SECTION, re.MULTILINE):
        arguments = [*DESKPHONE, *shlex.split(command), "--port", str(running)]
        done = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        printed += done.stdout

    assert [word for word in ("Press 1", "Nine", "Thanks!") if word not in printed] == []


def test_page_has_short_apps_for_each_framework() -> None:
    assert APPS.keys() == PACKAGES.keys()
    for _, code, _ in APPS.values():
        assert len([line for line in code.splitlines() if line]) < TOO_MANY_LINES
