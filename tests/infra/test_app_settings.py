"""The settings of the deployed app: the app knows each one, and has all that it needs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, cast

from shared.config.settings import Secret, Settings, all_settings

if TYPE_CHECKING:
    from tests.infra.conftest import Infra, Mutate, ParameterFile, Reader

ROOT = Path(__file__).parents[2]
# Read by the Functions host, not by the app.
OF_THE_HOST = {
    "APPLICATIONINSIGHTS_AUTHENTICATION_STRING",
    "APPLICATIONINSIGHTS_CONNECTION_STRING",
    "AzureWebJobsStorage__credential",
}
# Secrets, local settings, settings of the host, and those replaced by an identity.
NOT_SET = {secret.setting for secret in Secret} | {
    "AzureWebJobsStorage",
    "FUNCTIONS_WORKER_RUNTIME",
    "LOCAL_PRINCIPAL_ID",
    "LOCAL_STACK_URL",
}
REQUIRED = {"AZURE_ENV_NAME": "switchboard", "AZURE_LOCATION": "westeurope"}


def own(infra: Infra, reader: Reader) -> set[str]:
    """Return the settings that connect the app to the other resources."""
    return set(reader.properties(infra["app.bicep"].values["ownSettings"]))


def chosen(parameter_file: ParameterFile, **environment: str) -> dict[str, str]:
    """Return the settings chosen by environment variables at deployment."""
    return cast("dict[str, str]", parameter_file.values({**REQUIRED, **environment})["settings"])


def known() -> set[str]:
    """Return the settings that the app or the host reads."""
    return {setting.name for setting in all_settings()} | OF_THE_HOST


def test_the_app_knows_every_setting(
    reader: Reader, parameter_file: ParameterFile, mutated: Mutate
) -> None:
    misspelt = mutated("app.bicep", "KEY_VAULT_URL:", "KEYVAULT_URL:")

    assert own(reader.infra, reader) | {*chosen(parameter_file)} <= known()
    assert own(misspelt, reader) - known() == {"KEYVAULT_URL"}


def test_every_setting_of_the_app_can_be_set(reader: Reader, parameter_file: ParameterFile) -> None:
    example = json.loads((ROOT / "local.settings.json.example").read_text())["Values"]

    assert {*example} - NOT_SET <= own(reader.infra, reader) | {*chosen(parameter_file)}


def test_the_identity_opens_vault_storage_and_logs(reader: Reader) -> None:
    assert own(reader.infra, reader) >= OF_THE_HOST | {
        "AZURE_CLIENT_ID",
        "AzureWebJobsStorage__accountName",
        "AzureWebJobsStorage__clientId",
        "AzureWebJobsStorage__tableServiceUri",
        "KEY_VAULT_URL",
    }


def test_traces_are_turned_on_in_the_host_and_in_the_worker(reader: Reader) -> None:
    properties = reader.properties(reader.infra["app.bicep"].values["tracingSettings"])
    values = {name: str(reader.literal(node)) for name, node in properties.items()}

    assert values["AzureFunctionsJobHost__telemetryMode"] == "OpenTelemetry"
    assert Settings.from_mapping(values).traces


def test_a_setting_is_chosen_by_its_own_name(parameter_file: ParameterFile) -> None:
    names = {*chosen(parameter_file)}

    assert chosen(parameter_file, **{name: name.lower() for name in names}) == {
        name: name.lower() for name in names
    }


def test_a_setting_is_chosen_or_follows_from_the_rest_but_not_both(
    reader: Reader, parameter_file: ParameterFile
) -> None:
    assert own(reader.infra, reader) & {*chosen(parameter_file)} == set()


def test_unset_settings_have_the_apps_defaults(parameter_file: ParameterFile) -> None:
    assert Settings.from_mapping(chosen(parameter_file)) == Settings()


def test_the_hooks_get_the_vault_and_the_address(reader: Reader) -> None:
    """azd passes the outputs to its hooks, whose commands read them as the app's settings."""
    outputs = reader.infra["main.bicep"].outputs
    values = {"KEY_VAULT_URL": "https://kv.vault.azure.net/", "WEBSITE_HOSTNAME": "app.example"}

    assert {*values} <= {*outputs}
    assert Settings.from_mapping(values).public_url == "https://app.example"
