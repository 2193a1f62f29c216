"""The Python packages of an app."""

import shlex
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[3]
PACKAGES = ".python_packages/lib/site-packages"
"""Where Azure's build puts an app's packages. Azure looks there, and so does the local host."""


def use_app_paths(root: Path) -> None:
    """Let the app's folder come first on sys.path, then its packages, as in Azure.

    The folder of this project comes last: its modules mustn't stand for those of the app.
    """
    sys.path.insert(0, str(root))
    packages = root / PACKAGES
    if packages.is_dir():
        sys.path.insert(1, str(packages))
    project = str(PROJECT)
    if root != PROJECT and project in sys.path:
        sys.path.remove(project)
        sys.path.append(project)


def install_hint(root: Path) -> str:
    """Return how to install the packages of an app that lacks one, "" for this project's app."""
    requirements = root / "requirements.txt"
    if root == PROJECT or not requirements.is_file():
        return ""
    command = [sys.executable, "-m", "pip", "install", "-r", str(requirements)]
    command += ["--target", str(root / PACKAGES)]
    environments = sorted(path.parent.name for path in root.glob("*/pyvenv.cfg"))
    version = ".".join(map(str, sys.version_info[:2]))
    unused = f" {environments[0]} isn't used: it may have another Python." if environments else ""
    return (
        f"A module is missing.{unused} Install the app's packages for Python {version}: "
        f"{shlex.join(command)}"
    )
