"""Benchmark the package: `python bench/package.py [ROUNDS]`.

Builds the commit's package and prints its size and its number of files. Then imports all functions,
and what a first send needs in addition, in a fresh process that sees only the package, in rounds of
alternating order (9 by default). The package has no bytecode, so each start compiles what it
imports; the other column has the same package with bytecode.

Run it with the Python of .venv, on Linux with the Python that the package is for.
"""

import compileall
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.how_to_app import in_turn, ratio, read_options, temporary_folder
from commands.package.__main__ import PYTHONS, SITE_PACKAGES, package_files
from commands.package.commit import Commit
from commands.package.output import write_folder, write_zip

PACKAGE, COMPILED = "as it is", "with bytecode"
FUNCTIONS = "import importlib, pathlib\nfor f in pathlib.Path(app).glob('*/function.json'):\n"
IMPORTS = {
    "nothing": "",
    "all functions": f"{FUNCTIONS}    importlib.import_module(f.parent.name)",
    "a first send": "import SendSms, aiohttp, azure.data.tables.aio, azure.identity\n"
    "import azure.keyvault.secrets, twilio.rest",
}


def import_s(python: Path, app: Path, statements: str) -> float:
    """Return the duration in seconds of a new process that imports only from the package."""
    program = f"import sys\napp = {str(app)!r}\n"
    program += f"sys.path[:0] = [app, app + '/{SITE_PACKAGES}']\n{statements}"
    began = time.perf_counter()
    # -S hides the packages of .venv; without -B the first start would write bytecode.
    subprocess.run([python, "-S", "-B", "-c", program], check=True, cwd=app)  # noqa: S603
    return time.perf_counter() - began


def make(project: Path, folder: Path) -> Mapping[str, Path]:
    """Build the package twice, once with bytecode, and print its size."""
    files = package_files(Commit(project), PYTHONS[0])
    write_zip(files, folder / "app.zip")
    apps = {PACKAGE: folder / "app", COMPILED: folder / "compiled"}
    for app in apps.values():
        write_folder(files, app)
    compileall.compile_dir(apps[COMPILED], quiet=1)
    zipped = (folder / "app.zip").stat().st_size
    unpacked = sum(map(len, files.values()))
    print(f"{len(files)} files, {zipped / 1e6:.1f} MB, unpacked {unpacked / 1e6:.1f} MB")
    return apps


def main() -> int:
    """Print size, times and ratios; return the exit status."""
    options = read_options(__doc__ or "", rounds=9)
    figures: dict[tuple[str, str], list[float]] = {}
    with temporary_folder() as folder:
        apps = make(options.project, folder)
        for number in range(options.rounds):
            for name, statements in IMPORTS.items():
                for app in in_turn((PACKAGE, COMPILED), number):
                    taken_s = import_s(Path(sys.executable), apps[app], statements)
                    figures.setdefault((name, app), []).append(taken_s)
    print(f"{'import':18}{PACKAGE + ' ms':>18}{COMPILED + ' ms':>18}{'ratio':>8}")
    for name in IMPORTS:
        rows = [figures[name, app] for app in (PACKAGE, COMPILED)]
        one, other = (statistics.median(row) * 1000 for row in rows)
        print(f"{name:18}{one:18.0f}{other:18.0f}{ratio(*rows):8.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
