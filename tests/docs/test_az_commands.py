"""az itself accepts each `az` command in the docs, the workflows and the infrastructure.

az's parser knows every command, option and choice. It runs nothing here and needs no network.
"""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.docs import az_cli
from tests.docs.az_commands import AzCommand, az_commands, commands_of_page, commands_of_yaml

BASH = shutil.which("bash")
# The bash of macOS, 3.2, has no handler for missing programs.
HAS_BASH_4 = BASH is not None and subprocess.call([BASH, "-c", "((BASH_VERSINFO[0] >= 4))"]) == 0
pytestmark = pytest.mark.skipif(not HAS_BASH_4, reason="bash 4 or newer is missing")

type Refusals = Callable[[list[list[str]]], list[str]]


@pytest.fixture(scope="module")
def refusals(tmp_path_factory: pytest.TempPathFactory) -> Refusals:
    """Returns az's reasons to reject commands; installs az if necessary."""
    folder: Path = tmp_path_factory.mktemp("az")
    try:
        python = az_cli.install()
    except az_cli.NotInstalledError as error:
        pytest.skip(f"the Azure CLI cannot be installed: {error}")
    return lambda commands: az_cli.refusals(python, commands, folder)


@pytest.mark.soak
def test_az_accepts_every_command_of_the_project(refusals: Refusals) -> None:
    commands = list(az_commands())
    found = refusals([command.arguments for command in commands])

    assert {command.place.partition(":")[0] for command in commands} >= {
        "docs/operate/deploy.md", "infra/main.bicep", ".github/workflows/test.yml"
    }  # fmt: skip
    assert [
        f"{command.place}: az {' '.join(command.arguments)}\n{refusal}"
        for command, refusal in zip(commands, found, strict=True)
        if refusal
    ] == []


@pytest.mark.soak
def test_az_refuses_unknown_commands_and_options(refusals: Refusals) -> None:
    found = refusals(
        [
            ["group", "create", "-n", "app", "-l", "westeurope"],
            ["group", "create", "-n", "app", "-l", "westeurope", "--tagz", "a=b"],
            ["group", "create", "-n", "app"],
            ["storage", "account", "create", "-n", "app", "-g", "app", "--sku", "Standard_LSR"],
            ["group", "crate", "--help"],
            ["grup", "create", "-n", "app", "-l", "westeurope"],
        ]
    )

    expected = ["", "--tagz", "required: --location", "Standard_LSR", "'crate'", "'grup'"]
    assert [bool(refusal) for refusal in found] == [bool(part) for part in expected]
    assert [
        part for part, refusal in zip(expected, found, strict=True) if part not in refusal
    ] == []


@pytest.mark.parametrize(
    ("block", "arguments"),
    [
        ("az login", [["login"]]),
        ("az group create \\\n  -n app", [["group", "create", "-n", "app"]]),
        ("$ az login\nYou have signed in.", [["login"]]),
        ("G='my app'\naz group show -n \"$G\"", [["group", "show", "-n", "my app"]]),
        ("az group show -n $ELSEWHERE", [["group", "show", "-n", "stand-in"]]),
        ("az group show -n $(az account show)", [["account", "show"],
                                                 ["group", "show", "-n", "stand-in"]]),
        ("value() { az group show -n $1; }\ncurl $(value app)", [["group", "show", "-n", "app"]]),
        ("python3 dev.py start && az login > /dev/null", [["login"]]),
        ('az group show -n "{\\"a\\": 1}"', [["group", "show", "-n", '{"a": 1}']]),
    ],
)  # fmt: skip
def test_commands_are_parsed_like_in_a_terminal(block: str, arguments: list[list[str]]) -> None:
    found = commands_of_page("page.md", f"# Title\n\n```\n{block}\n```\n")

    assert [command.arguments for command in found] == arguments


def test_a_command_is_found_with_its_line() -> None:
    page = "# Title\n\n```\necho\naz \\\n  login\naz logout\n```\n\nThen `az\ngroup list -o tsv`.\n"

    assert list(commands_of_page("page.md", page)) == [
        AzCommand("page.md:5", ["login"]),
        AzCommand("page.md:7", ["logout"]),
        AzCommand("page.md:10", ["group", "list", "-o", "tsv"]),
    ]


def test_a_command_without_options_is_checked_with_help() -> None:
    [command] = commands_of_page("page.md", "See `az keyvault recover`.\n")

    assert command.arguments == ["keyvault", "recover", "--help"]


def test_commands_of_workflows_are_found_without_their_expressions() -> None:
    workflow = "steps:\n  - name: One\n    run: az group show -n ${{ vars.NAME }}\n"

    assert list(commands_of_yaml("test.yml", workflow)) == [
        AzCommand("test.yml:3", ["group", "show", "-n", "stand-in"])
    ]


@pytest.mark.parametrize("block", ["exit\naz login", "false && az login", "run: az login"])
def test_a_command_that_bash_does_not_run_is_an_error(block: str) -> None:
    with pytest.raises(ValueError, match=r"page\.md: .*`az login`"):
        list(commands_of_page("page.md", f"```yaml\n{block}\n```\n"))
