"""The files for GitHub, VS Code, containers and commits are valid, safe, and up to date."""

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
import yaml

import deskphone
import dev
from deskphone.values import PHONE_PORT
from local_stack.values import FUNCTIONS_PORT

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
WITH_COMMENTS = sorted([*ROOT.glob(".vscode/*.json"), *ROOT.glob(".devcontainer/*.json")])
# azd fills this in for the signed-in user.
BY_AZD = {"AZURE_PRINCIPAL_ID"}
# Permissions of some jobs besides reading the code, by workflow and job.
MORE_PERMISSIONS = {
    # Azure, PyPI and GitHub Pages trust the token that a deployment requests from GitHub. A release
    # belongs to the contents.
    "azure-dev.yml": {"deploy": {"contents": "read", "id-token": "write"}},
    "release.yml": {"release": {"contents": "write"}},
    "deskphone.yml": {"publish": {"id-token": "write"}},
    "docs.yml": {"publish": {"pages": "write", "id-token": "write"}},
}


def workflow(name: str) -> dict[str, Any]:
    return yaml.safe_load((ROOT / ".github" / "workflows" / name).read_text("utf-8"))


def with_comments(path: Path) -> Any:
    """Read JSON that may contain comment lines, like VS Code does."""
    return json.loads(re.sub(r"^\s*//.*$", "", path.read_text("utf-8"), flags=re.MULTILINE))


def configuration_files() -> Iterator[Path]:
    """Yield the files that run commands of the project."""
    yield from WORKFLOWS
    yield from ROOT.glob(".devcontainer/*")
    yield ROOT / ".vscode" / "tasks.json"
    yield ROOT / ".pre-commit-config.yaml"


@pytest.mark.soak
@pytest.mark.parametrize(
    ("schema", "paths"),
    [
        ("vendor.github-workflows", WORKFLOWS),
        ("custom.github-workflows-require-timeout", WORKFLOWS),
        ("vendor.dependabot", [ROOT / ".github" / "dependabot.yml"]),
    ],
)
def test_the_files_for_github_follow_their_schemas(schema: str, paths: list[Path]) -> None:
    command = ["-m", "check_jsonschema", "--builtin-schema", schema, *map(str, paths)]
    result = subprocess.run([sys.executable, *command], check=False, capture_output=True, text=True)

    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_every_action_is_pinned_to_a_commit_and_names_its_version(path: Path) -> None:
    used = re.findall(r"uses: (.+)", path.read_text("utf-8"))
    foreign = [action for action in used if not action.startswith("./")]
    pinned = re.compile(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")

    assert foreign
    assert [action for action in foreign if not pinned.fullmatch(action)] == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_may_only_read_and_a_deployment_may_identify_itself(path: Path) -> None:
    document = workflow(path.name)
    more = {
        name: job["permissions"] for name, job in document["jobs"].items() if "permissions" in job
    }

    assert document["permissions"] == {"contents": "read"}
    assert more == MORE_PERMISSIONS.get(path.name, {})


def passing(steps: list[dict[str, Any]], *tags: str) -> list[str]:
    """Return the tags that pass a workflow's check of the version."""
    [check] = [step["run"] for step in steps if step.get("name") == "The tag is the version"]
    return [
        tag
        for tag in tags
        if subprocess.run(
            ["bash", "-c", check],  # noqa: S607 - as found on the machine
            cwd=ROOT,
            env={**os.environ, "GITHUB_REF_NAME": tag},
            check=False,
            capture_output=True,
        ).returncode
        == 0
    ]


def test_the_version_is_the_same_everywhere_and_a_release_needs_its_tag() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    openapi = yaml.safe_load((ROOT / "docs" / "use" / "openapi.yaml").read_text("utf-8"))
    steps = workflow("release.yml")["jobs"]["release"]["steps"]

    assert openapi["info"]["version"] == version
    assert f"\n## {version} (" in (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert passing(steps, f"v{version}", "v9.9.9") == [f"v{version}"]


def test_deskphones_version_is_the_same_everywhere_and_a_release_needs_its_tag() -> None:
    folder = ROOT / "deskphone"
    version = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    document = workflow("deskphone.yml")
    tag = f"deskphone-v{version}"

    assert deskphone.__version__ == version
    assert f"\n## {version} (" in (folder / "CHANGELOG.md").read_text("utf-8")
    assert passing(document["jobs"]["build"]["steps"], tag, "deskphone-v9.9.9") == [tag]
    assert [*document.values()][1] == {"push": {"tags": ["deskphone-v*"]}}
    assert document["jobs"]["publish"]["environment"] == "pypi"


def test_no_workflow_uses_a_stored_secret() -> None:
    assert [path.name for path in WORKFLOWS if "secrets." in path.read_text("utf-8")] == []


def test_the_tests_run_on_each_supported_python() -> None:
    matrix = workflow("test.yml")["jobs"]["check"]["strategy"]["matrix"]

    assert matrix["python"] == ["3.13", "3.14"]
    assert (ROOT / ".python-version").read_text("utf-8").strip() == matrix["python"][0]


def test_a_deployment_waits_for_people_and_gets_every_value_that_infra_reads() -> None:
    job = workflow("azure-dev.yml")["jobs"]["deploy"]
    parameters = (ROOT / "infra" / "main.bicepparam").read_text("utf-8")
    asked = {*re.findall(r"readEnvironmentVariable\('(\w+)'", parameters)} - BY_AZD

    assert (job["environment"], job["needs"]) == ("production", "test")
    assert job["env"]["AZURE_PRINCIPAL_TYPE"] == "ServicePrincipal"
    # A missing one would reset the app to its default.
    for name in asked - {"AZURE_PRINCIPAL_TYPE"}:
        assert job["env"][name] == f"${{{{ vars.{name} }}}}"


def test_packages_are_audited_by_their_locks_and_a_failed_lookup_fails() -> None:
    steps = {
        step["name"]: step["run"].split()
        for step in workflow("test.yml")["jobs"]["supply-chain"]["steps"]
        if "run" in step
    }

    # pip-audit succeeds even if its lookup failed, unless it's strict.
    assert {"requirements.txt", "--require-hashes", "--strict"} <= {*steps["Known vulnerabilities"]}
    for name in ("Known vulnerabilities", "Bill of materials"):
        assert steps[name][:2] == [".venv/bin/python", "-m"]


def test_tool_updates_are_grouped_and_deployed_packages_update_alone() -> None:
    updates = yaml.safe_load((ROOT / ".github" / "dependabot.yml").read_text("utf-8"))["updates"]
    groups = updates[0]["groups"]
    patterns = [*groups["development"]["patterns"], *groups["opentelemetry"]["patterns"]]
    grouped = {
        name: {line.partition("==")[0] for line in lines_of(name) if is_in(patterns, line)}
        for name in (f"{path.stem}.in" for path in ROOT.glob("requirements*.in"))
    }

    assert grouped == {
        "requirements.in": set(),
        "requirements-local.in": set(),
        **{
            name: {line.partition("==")[0] for line in lines_of(name)}
            for name in (
                "requirements-dev.in",
                "requirements-docs.in",
                "requirements-opentelemetry.in",
            )
        },
    }


def lines_of(name: str) -> list[str]:
    """Return the lines of a list that name a package."""
    return re.findall(r"^\w.*", (ROOT / name).read_text("utf-8"), re.MULTILINE)


def is_in(patterns: list[str], line: str) -> bool:
    """Return whether a line's package belongs to a group."""
    return any(fnmatchcase(line.partition("==")[0], pattern) for pattern in patterns)


def test_the_commands_of_the_project_exist() -> None:
    used = {
        command
        for path in configuration_files()
        for command in re.findall(r'dev\.py(?:"?, "| )([a-z]+)', path.read_text("utf-8"))
    }

    assert {"test", "check", "start"} <= used <= {*dev.PROGRAMS, "python"}


def test_the_files_that_the_workflows_name_exist() -> None:
    texts = [path.read_text("utf-8") for path in configuration_files()]
    named = {name for text in texts for name in re.findall(r"--file (\S+)", text)}
    updates = yaml.safe_load((ROOT / ".github" / "dependabot.yml").read_text("utf-8"))["updates"]
    folders = {update["directory"].lstrip("/") for update in updates}

    assert "infra/main.bicep" in named
    assert [name for name in sorted(named | folders) if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("path", WITH_COMMENTS, ids=lambda path: path.name)
def test_the_files_for_the_editor_can_be_read(path: Path) -> None:
    assert with_comments(path)


def test_the_container_has_the_python_and_the_ports_of_the_project() -> None:
    container = with_comments(ROOT / ".devcontainer" / "devcontainer.json")

    assert f":{(ROOT / '.python-version').read_text('utf-8').strip()}" in container["image"]
    assert container["forwardPorts"] == [FUNCTIONS_PORT, PHONE_PORT]


def test_each_task_before_a_launch_exists() -> None:
    tasks = {task["label"] for task in with_comments(ROOT / ".vscode" / "tasks.json")["tasks"]}
    launches = with_comments(ROOT / ".vscode" / "launch.json")["configurations"]
    needed = {launch["preLaunchTask"] for launch in launches if "preLaunchTask" in launch}

    assert needed
    assert needed <= tasks


def test_the_editors_files_are_not_ignored_by_git() -> None:
    result = subprocess.run(
        ["git", "check-ignore", *map(str, WITH_COMMENTS)],  # noqa: S607 - as found on the machine
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )

    assert result.stdout == ""


def test_the_hooks_of_a_commit_use_the_tools_of_the_project() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))["repos"]

    assert [repository["repo"] for repository in hooks] == ["local"]
    entries = {hook["id"]: hook for hook in hooks[0]["hooks"]}
    assert entries["check"]["entry"] == "python3 dev.py check --no-tests"
    assert re.search(entries["secrets"]["files"], "local.settings.json")
    assert not re.search(entries["secrets"]["files"], "local.settings.json.example")
