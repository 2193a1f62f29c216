"""The package as Azure gets it: built twice, and run with only Microsoft's runtime."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import requests
from uv import find_uv_bin

from commands.lock import environment_for_uv, index_of_pip
from commands.package.__main__ import BUILD_FILE, PYTHONS, SITE_PACKAGES
from commands.package.commit import Commit
from commands.package.contents import app_files

pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(os.name != "posix", reason="the host gets its socket from its parent"),
]
ROOT = Path(__file__).parents[2]
FUNCTIONS = sorted(path.parent.name for path in ROOT.glob("*/function.json"))
RUNTIME = "azure-functions-runtime-v1"
KEY = "local"
# A text that is refused before sending: the SDK is loaded, but no request is made.
SETTINGS = {
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": "0" * 32,
    "TWILIO_FROM_NUMBER": "+12025550100",
    "PUBLIC_URL": "https://app.example",
    "DRY_RUN": "true",
    "AzureWebJobsStorage": "",
}
# The host beside the package. argv: whose packages come first (the app's or the worker's), then
# the package, the folder with the host, and the host's own arguments.
HOST = """
import runpy, sys
order, app, beside = sys.argv[1:4]
packages = app + "/.python_packages/lib/site-packages"
sys.path[:0] = [packages] if order == "app" else []
sys.path += [packages, beside]
sys.argv[1:] = sys.argv[4:]
runpy.run_module("local_stack.host", run_name="__main__", alter_sys=True)
"""
# Loads every function and every module of the library, and reports where packages came from, and
# which modules lack a package.
LOAD = """
import importlib, json, pkgutil, sys
from pathlib import Path
app, beside = sys.argv[1:3]
sys.path[:0] = [app, app + "/.python_packages/lib/site-packages"]
sys.path.append(beside)
from local_stack.host.app.function_file import read_function_definition
from local_stack.host.worker.functions import load_function, start_runtime
start_runtime()
loaded = []
for path in sorted(Path(app).glob("*/function.json")):
    load_function(read_function_definition(path.parent))
    loaded.append(path.parent.name)
import shared
lacking = {}
for module in pkgutil.walk_packages(shared.__path__, "shared."):
    try:
        importlib.import_module(module.name)
    except ModuleNotFoundError as error:
        lacking[module.name] = error.name
ours = ("shared", "__app__", "twilio", "aiohttp", "azure", "phonenumbers", "cryptography")
foreign = {m.__file__ for n, m in sys.modules.items()
           if n.split(".")[0] in ours and getattr(m, "__file__", None)
           and not m.__file__.startswith(app)}
print(json.dumps({"loaded": loaded, "foreign": sorted(foreign), "lacking": lacking}))
"""


def run(*command: str | Path, cwd: Path, **more: str) -> str:
    """Run a command outside the project and return its output; on failure, fail with it."""
    names = [name for name in os.environ if not name.startswith(("PYTHON", "VIRTUAL"))]
    environment = {name: os.environ[name] for name in names}
    environment = {**environment_for_uv(environment, index_of_pip()), **more}
    done = subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def built(folder: Path, *options: str, **environment: str) -> Path:
    """Clone the last commit into a folder and build the package there; return `dist`."""
    run("git", "clone", "--quiet", ROOT, folder, cwd=ROOT)
    (folder / "SendSms" / ".env").write_text("TWILIO_AUTH_TOKEN=not-for-azure")
    run(sys.executable, "-m", "commands.package", *options, cwd=folder, **environment)
    return folder / "dist"


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package, from a fresh clone."""
    return built(tmp_path_factory.mktemp("clone") / "app")


class Bare(NamedTuple):
    """A Python with only Microsoft's runtime, and a folder with our host."""

    python: Path
    beside: Path


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Bare:
    folder = tmp_path_factory.mktemp("bare")
    lines = (ROOT / "requirements-local.in").read_text().splitlines()
    pinned = next(line for line in lines if re.match(rf"{RUNTIME}==", line))
    uv = (find_uv_bin(), "--quiet")
    run(*uv, "venv", "--no-project", "--python", sys.executable, "env", cwd=folder)
    python = folder / "env" / "bin" / "python"
    run(*uv, "pip", "install", "--python", python, pinned, cwd=folder)
    for house in ("local_stack", "deskphone"):
        shutil.copytree(ROOT / house, folder / "beside" / house)
    return Bare(python, folder / "beside")


def test_two_clones_make_the_same_bytes(dist: Path, tmp_path: Path) -> None:
    elsewhere = built(
        tmp_path / "a longer name, elsewhere", TZ="Asia/Tokyo", PYTHONHASHSEED="1", LC_ALL="C"
    )

    assert (elsewhere / "app.zip").read_bytes() == (dist / "app.zip").read_bytes()


def test_the_package_contains_the_commit_and_its_packages(dist: Path) -> None:
    commit = Commit(ROOT)
    with zipfile.ZipFile(dist / "app.zip") as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    ours = {name for name in files if not name.startswith(f"{SITE_PACKAGES}/")}

    assert json.loads(files[BUILD_FILE]) == {"commit": commit.id, "python": PYTHONS[0]}
    assert ours == {*app_files(commit.names()), BUILD_FILE}
    assert f"{SITE_PACKAGES}/twilio/__init__.py" in files
    assert [name for name in files if name.endswith(".pyc") or "/bin/" in name] == []


def test_the_folder_that_azd_zips_has_the_same_files(dist: Path) -> None:
    with zipfile.ZipFile(dist / "app.zip") as archive:
        zipped = {name: archive.read(name) for name in archive.namelist()}
    folder = dist / "app"

    assert zipped == {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_each_python_gets_compiled_packages_that_it_can_load(tmp_path: Path) -> None:
    dist = built(tmp_path / "app", "--python", PYTHONS[1])
    compiled = [path.name for path in (dist / "app").rglob("*.so")]
    tags = {name.split(".")[1] for name in compiled}

    assert tags <= {"cpython-314-x86_64-linux-gnu", "abi3"}
    assert len(tags) == 2


def test_the_package_loads_in_microsofts_runtime(dist: Path, bare: Bare, tmp_path: Path) -> None:
    answer = run(bare.python, "-c", LOAD, dist / "app", bare.beside, cwd=tmp_path)

    assert json.loads(answer.splitlines()[-1]) == {
        "loaded": FUNCTIONS,
        "foreign": [],
        "lacking": {"shared.tracing.spans": "opentelemetry"},
    }


def test_the_package_with_opentelemetry_lacks_nothing(bare: Bare, tmp_path: Path) -> None:
    dist = built(tmp_path / "app", OPENTELEMETRY="true")
    answer = run(bare.python, "-c", LOAD, dist / "app", bare.beside, cwd=tmp_path)

    assert json.loads(answer.splitlines()[-1])["lacking"] == {}


@pytest.fixture(params=["app", "worker"])
def url(request: pytest.FixtureRequest, dist: Path, bare: Bare, tmp_path: Path) -> Iterator[str]:
    """The address of the package in a newly started host process.

    Azure's worker puts the app's packages first if it isolates its own dependencies, and last
    otherwise.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    command = (bare.python, "-B", "-c", HOST, request.param, dist / "app", bare.beside)
    options = ("--root", dist / "app", "--fd", str(listener.fileno()), "--function-key", KEY)
    with subprocess.Popen(
        [*command, *options],
        cwd=tmp_path,
        env=SETTINGS,
        stdin=subprocess.PIPE,  # the host ends when this closes
        pass_fds=[listener.fileno()],
    ) as process:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/api"
        process.terminate()
    listener.close()


def test_the_package_answers_cold_and_warm(url: str) -> None:
    hello = [requests.get(f"{url}/TwimlHello", timeout=60) for _ in range(2)]
    sent = [
        requests.post(
            f"{url}/SendSms",
            json={"to": "+12025550123", "body": "Hello"},
            headers={"x-functions-key": KEY},
            timeout=60,
        )
        for _ in range(2)
    ]

    assert [answer.text for answer in hello] == [
        '<?xml version="1.0" encoding="UTF-8"?><Response><Say>Hello World</Say></Response>'
    ] * 2
    assert [answer.status_code for answer in sent] == [200, 200], sent[0].text
