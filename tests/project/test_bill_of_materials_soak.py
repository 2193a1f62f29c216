"""The bill of materials, made by the workflow's command."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]


def command_of_the_workflow() -> list[str]:
    """Return the command of the workflow step, for the current Python."""
    document = yaml.safe_load((ROOT / ".github" / "workflows" / "test.yml").read_text("utf-8"))
    steps = document["jobs"]["supply-chain"]["steps"]
    line = next(step["run"] for step in steps if step.get("name") == "Bill of materials")
    return [sys.executable, *line.split()[1:]]


def locked() -> dict[str, set[str]]:
    """Return the deployed packages as `name@version`, with the hashes of their files."""
    text = (ROOT / "requirements.txt").read_text("utf-8")
    blocks = re.findall(r"^([\w.-]+)==([\w.]+)((?:[^\n]*\\\n)+[^\n]*)", text, re.MULTILINE)
    return {f"{name}@{version}": set(re.findall(r"\w{64}", rest)) for name, version, rest in blocks}


def hashes_of(component: dict[str, Any]) -> set[str]:
    """Return a package's SHA-256 hashes in the bill."""
    return {
        entry["content"]
        for reference in component["externalReferences"]
        for entry in reference.get("hashes", [])
        if entry["alg"] == "SHA-256"
    }


@pytest.mark.soak
def test_the_bill_of_materials_has_each_deployed_package_with_its_hashes(tmp_path: Path) -> None:
    for name in ("requirements.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    subprocess.run(command_of_the_workflow(), cwd=tmp_path, check=True, capture_output=True)
    bill = json.loads((tmp_path / "bom.json").read_text("utf-8"))

    assert bill["bomFormat"] == "CycloneDX"
    assert bill["metadata"]["component"]["name"] == "switchboard"
    assert {f"{c['name']}@{c['version']}": hashes_of(c) for c in bill["components"]} == locked()
