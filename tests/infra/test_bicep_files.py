"""infra/: what can be checked without the compiler and without Azure."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

if TYPE_CHECKING:
    from tree_sitter import Node

    from tests.infra.conftest import Declared, Infra, Mutate, Reader

ROOT = Path(__file__).parents[2]
ROLE = "Microsoft.Authorization/roleAssignments@"
APP = "properties.functionAppConfig."
SCALE = APP + "scaleAndConcurrency."
# Required values: file, resource type, property, value.
MUSTS: list[tuple[str, str, str, object]] = [
    ("app.bicep", "Microsoft.Web/serverfarms", "sku.name", "FC1"),
    ("app.bicep", "Microsoft.Web/sites", "properties.httpsOnly", True),
    ("app.bicep", "Microsoft.Web/sites", "properties.siteConfig.minTlsVersion", "1.2"),
    (
        "app.bicep",
        "Microsoft.Web/sites",
        "properties.siteConfig.cors.allowedOrigins",
        "concat(['https://portal.azure.com'], clientOrigins)",
    ),
    ("app.bicep", "Microsoft.Web/sites", APP + "runtime.version", "pythonVersion"),
    ("app.bicep", "Microsoft.Web/sites", APP + "siteUpdateStrategy.type", "updateStrategy"),
    ("app.bicep", "Microsoft.Web/sites", SCALE + "instanceMemoryMB", "instanceMemoryMB"),
    ("app.bicep", "Microsoft.Web/sites", SCALE + "maximumInstanceCount", "maximumInstanceCount"),
    (
        "app.bicep",
        "Microsoft.Web/sites",
        SCALE + "triggers.http.perInstanceConcurrency",
        "perInstanceConcurrency",
    ),
    (
        "app.bicep",
        "Microsoft.Web/sites",
        APP + "deployment.storage.authentication.type",
        "UserAssignedIdentity",
    ),
    ("vault.bicep", "Microsoft.KeyVault/vaults", "properties.enableRbacAuthorization", True),
    ("vault.bicep", "Microsoft.KeyVault/vaults", "properties.enablePurgeProtection", True),
    ("vault.bicep", "Microsoft.KeyVault/vaults", "properties.enableSoftDelete", True),
    (
        "storage.bicep",
        "Microsoft.Storage/storageAccounts",
        "properties.allowSharedKeyAccess",
        False,
    ),
    (
        "storage.bicep",
        "Microsoft.Storage/storageAccounts",
        "properties.allowBlobPublicAccess",
        False,
    ),
    (
        "storage.bicep",
        "Microsoft.Storage/storageAccounts",
        "properties.minimumTlsVersion",
        "TLS1_2",
    ),
    ("logs.bicep", "Microsoft.Insights/components", "properties.DisableLocalAuth", True),
    (
        "logs.bicep",
        "Microsoft.OperationalInsights/workspaces",
        "properties.features.disableLocalAuth",
        True,
    ),
]
# The IDs of Azure's built-in roles and their names, from Microsoft's list.
ROLES = {
    "b7e6dc6d-f1e8-4753-8033-0f276bb0955b": "storageBlobDataOwner",
    "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3": "storageTableDataContributor",
    "4633458b-17de-408a-b874-0445c86b69e6": "keyVaultSecretsUser",
    "b86a8fe4-44ce-4948-aee5-eccb2c155cd7": "keyVaultSecretsOfficer",
    "3913510d-42f4-4e42-8a64-420c390055eb": "monitoringMetricsPublisher",
}


# The site configuration that Flex Consumption accepts. It answers 400 to other properties, such as
# ftpsState and linuxFxVersion ("... for Flex Consumption sites is invalid").
SITE_CONFIG = {"minTlsVersion", "scmMinTlsVersion", "http20Enabled", "cors"}


def broken(infra: Infra, reader: Reader) -> list[str]:
    """Return syntax errors, and references to a missing file or parameter."""
    faults = [error for file in infra.files.values() for error in file.errors]
    for file in infra.files.values():
        for module in file.modules:
            if module.kind not in infra.files:
                faults.append(f"{file.name}: missing module {module.kind}")
                continue
            given = set(reader.properties(reader.properties(body_of(module))["params"]))
            wanted = infra[module.kind].parameters
            faults += [f"{module.kind}: no parameter {name}" for name in given - {*wanted}]
            needed = {name for name, parameter in wanted.items() if not parameter.optional}
            faults += [f"{file.name}: {module.kind} lacks {name}" for name in needed - given]
    return faults


def body_of(declared: Declared) -> Node:
    """Return the properties of a resource or a module; fail if it has none."""
    assert declared.body is not None
    return declared.body


def role_files(infra: Infra) -> set[str]:
    """Return the files that assign a role."""
    files = infra.files.values()
    return {f.name for f in files for r in f.resources if r.kind.startswith(ROLE)}


def test_every_file_is_bicep_and_every_module_has_its_parameters(reader: Reader) -> None:
    assert broken(reader.infra, reader) == []


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("app.bicep", "httpsOnly: true", "httpsOnly = true"),
        ("main.bicep", "'vault.bicep'", "'vaults.bicep'"),
        ("main.bicep", "email: alertEmail", "mail: alertEmail"),
        ("vault.bicep", "param name string", "param name string\nparam more string"),
    ],
)
def test_a_broken_file_is_found(
    file: str, old: str, new: str, reader: Reader, mutated: Mutate
) -> None:
    assert broken(mutated(file, old, new), reader)


def test_checkov_can_read_every_condition() -> None:
    """Its parser skips a whole file in which a condition continues on the next line."""
    broken_lines = [
        f"{path.name}:{number}"
        for path in sorted((ROOT / "infra").glob("*.bicep"))
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if line.lstrip().startswith("?")
    ]

    assert broken_lines == []


def test_every_file_is_used_and_none_comes_from_a_registry(reader: Reader) -> None:
    used = {module.kind for file in reader.infra.files.values() for module in file.modules}

    assert used == {*reader.infra.files} - {"main.bicep"}


def missing_resources(infra: Infra) -> set[str]:
    """Return the resources referenced as existing that no file creates in that version."""
    resources = [resource for file in infra.files.values() for resource in file.resources]
    made = {resource.kind for resource in resources if not resource.existing}
    return {resource.kind for resource in resources if resource.existing} - made


def test_existing_resources_are_created_by_another_file(reader: Reader, mutated: Mutate) -> None:
    kind = "Microsoft.KeyVault/vaults@2024-11-01"

    assert missing_resources(reader.infra) == set()
    assert missing_resources(
        mutated("vault.bicep", kind, "Microsoft.KeyVault/vaults@2023-07-01")
    ) == {kind}


def test_every_role_is_given_in_one_file(reader: Reader, mutated: Mutate) -> None:
    extra = f"resource r '{ROLE}2022-04-01' = {{\n  name: 'x'\n}}\n"

    assert role_files(reader.infra) == {"roles.bicep"}
    assert role_files(mutated("app.bicep", "resource plan", f"{extra}resource plan")) == {
        "app.bicep",
        "roles.bicep",
    }


def test_the_roles_match_their_names(reader: Reader) -> None:
    values = reader.infra["roles.bicep"].values
    ids = {
        str(reader.literal(node)): name for name, node in values.items() if node.type == "string"
    }

    assert {key: name for key, name in ids.items() if "/" not in key} == ROLES


@pytest.mark.parametrize(("file", "kind", "path", "value"), MUSTS, ids=lambda item: str(item)[:60])
def test_security_settings_are_set(
    file: str, kind: str, path: str, value: object, reader: Reader
) -> None:
    assert reader.infra.value(file, kind, path) == value


def test_a_weaker_setting_is_found(mutated: Mutate) -> None:
    weak = mutated("storage.bicep", "allowSharedKeyAccess: false", "allowSharedKeyAccess: true")
    kind, path = "Microsoft.Storage/storageAccounts", "properties.allowSharedKeyAccess"

    assert weak.value("storage.bicep", kind, path) is True


@pytest.mark.parametrize("policy", ["ftp", "scm"])
def test_publishing_with_a_password_is_off(policy: str, reader: Reader) -> None:
    kind = "Microsoft.Web/sites/basicPublishingCredentialsPolicies@"
    found = [r for r in reader.infra["app.bicep"].resources if r.kind.startswith(kind)]
    named = {
        str(reader.literal(reader.properties(body_of(r))["name"])): reader.properties(body_of(r))
        for r in found
    }

    assert reader.literal(reader.properties(named[policy]["properties"])["allow"]) is False


def refused_by_flex_consumption(infra: Infra, reader: Reader) -> set[str]:
    """Return the parts of the site's configuration that would make the deployment fail."""
    site = reader.properties(body_of(infra["app.bicep"].resource("Microsoft.Web/sites")))
    configuration = reader.properties(reader.properties(site["properties"])["siteConfig"])
    return {*configuration} - SITE_CONFIG


def test_flex_consumption_accepts_the_site_configuration(reader: Reader, mutated: Mutate) -> None:
    extra = mutated("app.bicep", "http20Enabled: true", "ftpsState: 'Disabled'")

    assert refused_by_flex_consumption(reader.infra, reader) == set()
    assert refused_by_flex_consumption(extra, reader) == {"ftpsState"}


def test_azd_finds_the_app_by_its_tag(reader: Reader) -> None:
    (service,) = yaml.safe_load((ROOT / "azure.yaml").read_text())["services"]
    app = reader.infra["app.bicep"].resource("Microsoft.Web/sites")

    assert f"'azd-service-name': '{service}'" in reader.text(body_of(app))
