"""The files that tell Azure what to run: host.json and requirements.txt."""

import ast
import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
FUNCTIONS = sorted(path.parent.name for path in ROOT.glob("*/function.json"))
# Distributions by imported package.
DISTRIBUTIONS = {
    "aiohttp": "aiohttp",
    "azure.core": "azure-identity",  # depends on it
    "azure.data": "azure-data-tables",
    "azure.functions": "azure-functions",
    "azure.identity": "azure-identity",
    "azure.keyvault": "azure-keyvault-secrets",
    "idna": "idna",
    "phonenumbers": "phonenumberslite",
    "twilio": "twilio",
}


def requirements() -> list[str]:
    lines = (ROOT / "requirements.in").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def imported_modules() -> set[str]:
    """Return what the app imports, except for traces: they have a list of their own."""
    optional = ROOT / "shared" / "tracing" / "spans.py"
    paths = [*ROOT.glob("shared/**/*.py"), *(ROOT / name / "__init__.py" for name in FUNCTIONS)]
    paths.remove(optional)
    found: set[str] = set()
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module)
    return found


def test_the_host_uses_the_supported_extension_bundle_and_default_route_prefix() -> None:
    host = json.loads((ROOT / "host.json").read_text())

    assert host["version"] == "2.0"
    assert host["extensionBundle"] == {
        "id": "Microsoft.Azure.Functions.ExtensionBundle",
        "version": "[4.*, 5.0.0)",
    }
    assert "extensions" not in host


def test_every_requirement_is_pinned() -> None:
    assert all(re.fullmatch(r"[a-z0-9-]+==[0-9.]+", line) for line in requirements())


def test_requirements_are_exactly_the_imports() -> None:
    foreign = {
        name
        for name in imported_modules()
        if name.partition(".")[0] not in {*sys.stdlib_module_names, "shared"}
    }
    needed = {
        distribution
        for package, distribution in DISTRIBUTIONS.items()
        for name in foreign
        if f"{name}.".startswith(f"{package}.")
    }

    assert all(any(f"{n}.".startswith(f"{p}.") for p in DISTRIBUTIONS) for n in foreign)
    assert needed == {line.partition("==")[0] for line in requirements()}
