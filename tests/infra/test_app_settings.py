"""The settings of the deployed app: the app knows each, and none that it needs is missing."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

from shared.config.settings import Secret, Settings, all_settings

if TYPE_CHECKING:
    from tests.infra.conftest import Infra, Mutate, Reader

ROOT = Path(__file__).parents[2]
CHOSEN: dict[str, str] = json.loads((ROOT / "infra/main.parameters.json").read_text())[
    "parameters"
]["settings"]["value"]
# What the Functions host reads and the app does not.
OF_THE_HOST = {
    "APPLICATIONINSIGHTS_AUTHENTICATION_STRING",
    "APPLICATIONINSIGHTS_CONNECTION_STRING",
    "AzureWebJobsStorage__credential",
}
# A secret, or for the desk only, or told by the host, or replaced by what an identity opens.
NOT_SET = {secret.setting for secret in Secret} | {
    "AzureWebJobsStorage",
    "FUNCTIONS_WORKER_RUNTIME",
    "LOCAL_STACK_URL",
}
REFERENCE = re.compile(r"\$\{(?P<name>\w+)(=(?P<default>[^}]*))?\}")


def own(infra: Infra, reader: Reader) -> set[str]:
    """The settings that tie the app to the rest."""
    return set(reader.properties(infra["app.bicep"].values["ownSettings"]))


def known() -> set[str]:
    """The settings that the app reads, and those of the host."""
    return {setting.name for setting in all_settings()} | OF_THE_HOST


def test_the_app_knows_every_setting(reader: Reader, mutated: Mutate) -> None:
    misspelt = mutated("app.bicep", "KEY_VAULT_URL:", "KEYVAULT_URL:")

    assert own(reader.infra, reader) | {*CHOSEN} <= known()
    assert own(misspelt, reader) - known() == {"KEYVAULT_URL"}


def test_every_setting_that_the_app_has_can_be_set(reader: Reader) -> None:
    example = json.loads((ROOT / "local.settings.json.example").read_text())["Values"]

    assert {*example} - NOT_SET <= own(reader.infra, reader) | {*CHOSEN}


def test_the_identity_opens_vault_storage_and_logs(reader: Reader) -> None:
    assert own(reader.infra, reader) >= OF_THE_HOST | {
        "AZURE_CLIENT_ID",
        "AzureWebJobsStorage__accountName",
        "AzureWebJobsStorage__clientId",
        "AzureWebJobsStorage__tableServiceUri",
        "KEY_VAULT_URL",
    }


def test_a_setting_is_chosen_by_its_own_name_and_has_the_apps_default() -> None:
    references = {name: REFERENCE.fullmatch(value) for name, value in CHOSEN.items()}
    defaults = {name: found["default"] or "" for name, found in references.items() if found}

    assert {name: found and found["name"] for name, found in references.items()} == {
        name: name for name in CHOSEN
    }
    assert Settings.from_mapping(defaults) == Settings()


def test_the_hooks_are_told_the_vault_and_the_address(reader: Reader) -> None:
    """azd hands the outputs to its hooks, whose commands read them as the app's settings."""
    outputs = reader.infra["main.bicep"].outputs
    values = {"KEY_VAULT_URL": "https://kv.vault.azure.net/", "WEBSITE_HOSTNAME": "app.example"}

    assert {*values} <= {*outputs}
    assert Settings.from_mapping(values).public_url == "https://app.example"
