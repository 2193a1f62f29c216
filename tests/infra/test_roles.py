"""The roles in infra/ match the table in docs/operate/deploy.md."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tests.infra.conftest import Infra, Mutate, Reader

ROOT = Path(__file__).parents[2]
ASSIGNMENT = "Microsoft.Authorization/roleAssignments@"
IDENTITIES = {"appPrincipalId": "the app", "deployerPrincipalId": "you"}
SCOPES = {"storage": "storage", "vault": "vault", "insights": "Application Insights"}


class Role(NamedTuple):
    """A role: who has it, its name, and its scope."""

    identity: str
    role: str
    scope: str


def given(infra: Infra, reader: Reader) -> set[Role]:
    """Return the roles that a deployment assigns."""
    file = infra["roles.bicep"]
    found: set[Role] = set()
    for resource in file.resources:
        if not resource.kind.startswith(ASSIGNMENT):
            continue
        assert resource.body is not None
        body = {name: reader.text(node) for name, node in reader.properties(resource.body).items()}
        identity, role = (
            re.findall(rf"\b{name}: (?:.*, )?(\w+)", body["properties"])[0]
            for name in ("principalId", "roleDefinitionId")
        )
        roles = reader.literal(file.values["appStorageRoles"]) if role == "role" else [role]
        assert isinstance(roles, list)
        found |= {Role(IDENTITIES[identity], words(r), SCOPES[body["scope"]]) for r in roles}
    return found


def words(name: str) -> str:
    """Return Azure's name of a role: storageBlobDataOwner is Storage Blob Data Owner."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name[0].upper() + name[1:])


def documented() -> set[Role]:
    """Return the roles in the table of docs/operate/deploy.md."""
    section = (
        (ROOT / "docs/operate/deploy.md")
        .read_text("utf-8")
        .split("### Roles\n")[1]
        .split("\n### ")[0]
    )
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line[:2] == "| "]
    return {Role(*row[2:]) for row in rows[1:]}


def test_the_page_names_every_role_with_its_identity_and_scope(
    reader: Reader, mutated: Mutate
) -> None:
    more = mutated("roles.bicep", "  storageTableDataContributor\n]", "  keyVaultSecretsOfficer\n]")

    assert given(reader.infra, reader) == documented()
    assert given(more, reader) - documented() == {
        Role("the app", "Key Vault Secrets Officer", "storage")
    }


def test_every_call_of_the_table_is_in_a_file_that_exists() -> None:
    section = (
        (ROOT / "docs/operate/deploy.md")
        .read_text("utf-8")
        .split("### Roles\n")[1]
        .split("\n### ")[0]
    )
    files = re.findall(r"`(\S+\.py)`", section)

    assert len(files) > 1
    assert [file for file in files if not (ROOT / file).exists()] == []
