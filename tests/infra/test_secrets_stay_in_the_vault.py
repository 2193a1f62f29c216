"""No secret leaves infra/ through an output, an app setting, or a plain parameter."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from shared.config.settings import Secret

if TYPE_CHECKING:
    from tree_sitter import Node

    from tests.infra.conftest import BicepFile, Infra, Mutate, Reader

ROOT = Path(__file__).parents[2]
# Functions of Bicep that return a key.
KEY_FUNCTION = re.compile(r"\b(list[A-Z]\w*|getSecret)\s*\(")
Tainted = set[tuple[str, str]]  # file and parameter


def leaks(infra: Infra, reader: Reader) -> list[str]:
    """Return where a secret leaves; a value built from a secure parameter or a key is a secret."""
    tainted: Tainted = {
        (file.name, name)
        for file in infra.files.values()
        for name, parameter in file.parameters.items()
        if parameter.secure
    }
    found: set[str] = set()
    while True:
        before = len(tainted)
        for file in infra.files.values():
            found |= leaks_of(file, infra, tainted, reader)
        if len(tainted) == before:
            return sorted(found)


def leaks_of(file: BicepFile, infra: Infra, tainted: Tainted, reader: Reader) -> set[str]:
    """Return where a secret leaves one file; add the parameters that it reaches to `tainted`."""
    secret = {name for where, name in tainted if where == file.name}
    for _ in file.values:  # a variable may use another one that is declared later
        secret |= {name for name, node in file.values.items() if holds(node, secret, reader)}
    found = {
        f"{file.name}: output {name}"
        for name, node in file.outputs.items()
        if holds(node, secret, reader)
    }
    for resource in file.resources:
        shown = resource.body if resource.kind.startswith("Microsoft.Web/") else None
        if shown and holds(shown, secret, reader):
            found.add(f"{file.name}: {resource.symbol}")
    for module in file.modules:
        assert module.body is not None
        params = reader.properties(reader.properties(module.body)["params"])
        for name, node in params.items():
            if holds(node, secret, reader):
                tainted.add((module.kind, name))
                if not infra[module.kind].parameters[name].secure:
                    found.add(f"{file.name}: parameter {name} of {module.kind}")
    return found


def holds(node: Node, secret: set[str], reader: Reader) -> bool:
    """Return whether an expression uses a secret name or reads a key."""
    names = {reader.text(n) for n in reader.walk(node) if n.type == "identifier"}
    return bool(names & secret) or bool(KEY_FUNCTION.search(reader.text(node)))


def test_no_secret_leaves_the_infrastructure(reader: Reader) -> None:
    assert leaks(reader.infra, reader) == []


SECURE = "@secure()\nparam twilioAuthToken string\n"


@pytest.mark.parametrize(
    ("file", "old", "new", "leak"),
    [
        (
            "main.bicep",
            "output AZURE_LOCATION",
            f"{SECURE}var copy = twilioAuthToken\noutput TOKEN string = '${{copy}}'\noutput A",
            "main.bicep: output TOKEN",
        ),
        (
            "app.bicep",
            "var ownSettings = {",
            f"{SECURE}var ownSettings = {{\n  TWILIO_AUTH_TOKEN: twilioAuthToken",
            "app.bicep: appSettings",
        ),
        (
            "app.bicep",
            "AzureWebJobsStorage__credential: 'managedidentity'",
            "AzureWebJobsStorage: storage.listKeys().keys[0].value",
            "app.bicep: appSettings",
        ),
        (
            "storage.bicep",
            "output name string = account.name",
            "output name string = account.listKeys().keys[0].value",
            "storage.bicep: output name",
        ),
    ],
)
def test_a_leak_is_found(
    file: str, old: str, new: str, leak: str, reader: Reader, mutated: Mutate
) -> None:
    assert leak in leaks(mutated(file, old, new), reader)


def test_a_secret_is_followed_into_other_files(reader: Reader, mutated: Mutate) -> None:
    mutated("main.bicep", "var tags", f"{SECURE}var tags")
    mutated("main.bicep", "email: alertEmail", "email: twilioAuthToken")
    infra = mutated("main.bicep", "output AZURE_LOCATION", "output A")
    handed_on = "main.bicep: parameter email of alerts.bicep"

    assert handed_on in leaks(infra, reader)


def test_azd_prompts_for_no_secret() -> None:
    """azd saves the secure parameters that it prompts for in the user's home folder."""
    text = "".join(path.read_text() for path in (ROOT / "infra").iterdir())

    assert "@secure()" not in text
    assert not [secret for secret in Secret if secret in text or f"{secret.setting}:" in text]
    assert not [secret for secret in Secret if f'"{secret.setting}"' in text]
