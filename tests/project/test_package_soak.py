"""The package as Azure gets it: its requirements alone, in an empty Python, in the runtime."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from local_stack.supervision.package import deployed_files

ROOT = Path(__file__).parents[2]
FUNCTIONS = sorted(path.parent.name for path in ROOT.glob("*/function.json"))
RUNTIME = "azure-functions-runtime-v1"
# Loads every function of the app in argv[1], by the host that is in the folder argv[2].
LOAD = """
import json, sys
from pathlib import Path
app = Path(sys.argv[1])
sys.path[:0] = [sys.argv[1]]
sys.path += [sys.argv[2]]
from local_stack.host.definitions import read_function_definition
from local_stack.host.functions import load_function, start_runtime
start_runtime()
loaded = []
for path in sorted(app.glob("*/function.json")):
    load_function(read_function_definition(path.parent))
    loaded.append(path.parent.name)
import importlib, pkgutil, shared
for module in pkgutil.walk_packages(shared.__path__, "shared."):
    importlib.import_module(module.name)
foreign = {m.__file__ for n, m in sys.modules.items() if n.split(".")[0] in ("shared", "__app__")
           and getattr(m, "__file__", None) and not m.__file__.startswith(sys.argv[1])}
print(json.dumps({"loaded": loaded, "foreign": sorted(foreign)}))
"""


def pinned(name: str) -> str:
    """The line that asks for a package of the local stack."""
    lines = (ROOT / "requirements-local.in").read_text().splitlines()
    return next(line for line in lines if re.match(rf"{name}==", line))


def run(*command: str, cwd: Path) -> str:
    """Run a command away from the project; return its output, fail with it when it fails."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL"))}
    done = subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """The files that ship, and no others."""
    folder = tmp_path / "package"
    for name in deployed_files(ROOT):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.mark.soak
def test_the_package_alone_loads_in_microsofts_runtime(package: Path, tmp_path: Path) -> None:
    run(sys.executable, "-m", "venv", "empty", cwd=tmp_path)
    python = str(tmp_path / "empty" / ("Scripts/python" if os.name == "nt" else "bin/python"))
    pip = (python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    run(*pip, "-r", str(package / "requirements.txt"), cwd=tmp_path)
    run(*pip, pinned(RUNTIME), cwd=tmp_path)
    run(python, "-m", "pip", "check", cwd=tmp_path)
    # The host's loader stands beside the package, so that nothing of the project is in reach.
    shutil.copytree(ROOT / "local_stack", tmp_path / "beside" / "local_stack")

    answer = run(python, "-c", LOAD, str(package), str(tmp_path / "beside"), cwd=tmp_path)

    assert json.loads(answer.splitlines()[-1]) == {"loaded": FUNCTIONS, "foreign": []}
