"""The page about settings and secrets matches the code that reads them."""

import json
import re
from pathlib import Path

import pytest

from local_stack.values import BROWSER_CALLS
from shared.config.settings import Secret, Settings, all_settings
from shared.media.links import MIN_KEY_CHARS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "use" / "configuration.md").read_text()
EXAMPLE_FILE = json.loads((ROOT / "local.settings.json.example").read_text())["Values"]


def rows(heading: str) -> dict[str, list[str]]:
    """Return the rows below headings with this prefix: the other cells by the name in the first."""
    found: dict[str, list[str]] = {}
    for section in re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]:
        if section.startswith(heading):
            for line in re.findall(r"^\| `.*$", section, re.MULTILINE):
                name, *others = (cell.strip() for cell in line[1:-1].split("|"))
                found[name.strip("`")] = others
    return found


def default(name: str) -> str:
    """Return a setting's default on the page, without backticks."""
    return SETTINGS[name][0].strip("`")


SECRETS = rows("Secrets")
SET_FOR_YOU = rows("Set for you")
# The first cell is an example: the name, = and a value.
EXAMPLES = dict(cell.split("=", 1) for cell in rows("") if "=" in cell)
SETTINGS = {cell.partition("=")[0]: row for cell, row in rows("").items() if "=" in cell}


def test_the_page_has_every_setting_that_the_app_reads() -> None:
    found = {setting.name for setting in all_settings()}

    of_hosts = {"FUNCTIONS_WORKER_RUNTIME", "LOCAL_PRINCIPAL_ID"}

    assert {*SETTINGS, *SET_FOR_YOU} - of_hosts == found


def test_the_page_has_every_setting_of_the_example_file() -> None:
    known = {*SETTINGS, *SET_FOR_YOU, *secrets()}

    assert {*EXAMPLE_FILE} - known == set()


@pytest.mark.parametrize("name", SETTINGS)
def test_the_example_of_a_setting_is_valid_and_not_its_default(name: str) -> None:
    assert Settings.from_mapping({name: EXAMPLES[name]}) != Settings()


@pytest.mark.parametrize(
    "name",
    [
        name
        for name, row in SETTINGS.items()
        if re.fullmatch("`[^`]+`", row[0]) and default(name) not in SETTINGS
    ],
)
def test_a_setting_set_to_its_default_changes_nothing(name: str) -> None:
    assert Settings.from_mapping({name: default(name)}) == Settings()
    assert EXAMPLE_FILE.get(name, default(name)) == BROWSER_CALLS.get(name, default(name))


def test_defaults_that_come_from_another_setting() -> None:
    identity = Settings.from_mapping({"AZURE_CLIENT_ID": "client"})
    storage = Settings.from_mapping(
        {"AzureWebJobsStorage__accountName": EXAMPLES["AzureWebJobsStorage__accountName"]}
    )
    public = Settings.from_mapping({"WEBSITE_HOSTNAME": "name.azurewebsites.net"})

    assert default("AzureWebJobsStorage__clientId") == "AZURE_CLIENT_ID"
    assert identity.storage_client_id == "client"
    assert storage.storage_table_url == EXAMPLES["AzureWebJobsStorage__tableServiceUri"]
    assert "WEBSITE_HOSTNAME" in default("PUBLIC_URL")
    assert public.public_url == "https://name.azurewebsites.net"


def secrets() -> dict[str, str]:
    """Return the secrets of the table by setting, with the secondary ones from the text."""
    primary = {row[0].strip("`"): name for name, row in SECRETS.items()}
    secondary = {
        f"{setting}_SECONDARY": f"{name}Secondary" for setting, name in list(primary.items())[1:]
    }
    return primary | secondary


def test_the_page_has_every_secret_by_both_names() -> None:
    assert secrets() == {secret.setting: secret.value for secret in Secret}


def test_the_page_says_which_secrets_an_api_key_needs() -> None:
    with_key = Settings.from_mapping({"TWILIO_REST_CREDENTIAL": "api_key"}).rest_secrets
    needed = {name for name, row in SECRETS.items() if "required with `api_key`" in row[1]}

    assert needed == {*with_key} - {*Settings().rest_secrets}


def test_the_generated_key_of_the_page_is_long_enough() -> None:
    [command] = re.findall(r'^python3 -c "(.*)"$', PAGE, re.MULTILINE)
    printed: list[str] = []
    exec(command, {"print": printed.append})  # noqa: S102 - the page's own line

    assert len(printed[0]) >= MIN_KEY_CHARS


def test_with_the_example_file_browser_calls_work_as_they_do_without_it() -> None:
    assert EXAMPLE_FILE.items() >= BROWSER_CALLS.items()
