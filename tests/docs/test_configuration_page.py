"""The page about settings and secrets, held to the code that reads them."""

import json
import re
from pathlib import Path

import pytest

from shared.config.settings import Secret, Settings, all_settings
from shared.recordings.links import MIN_KEY_CHARS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "use" / "configuration.md").read_text()
EXAMPLE = json.loads((ROOT / "local.settings.json.example").read_text())["Values"]


def rows(heading: str) -> dict[str, list[str]]:
    """The tables under the headings that begin so: the other cells by the name in the first."""
    found: dict[str, list[str]] = {}
    for section in re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]:
        if section.startswith(heading):
            for line in re.findall(r"^\| `.*$", section, re.MULTILINE):
                name, *others = (cell.strip() for cell in line[1:-1].split("|"))
                found[name.strip("`")] = others
    return found


SECRETS = rows("Secrets")
SET_FOR_YOU = rows("Set for you")
SETTINGS = {name: row for name, row in rows("").items() if name not in {*SECRETS, *SET_FOR_YOU}}


def test_the_page_has_every_setting_that_the_app_reads() -> None:
    found = {setting.name for setting in all_settings()}

    assert {*SETTINGS, *SET_FOR_YOU} - {"FUNCTIONS_WORKER_RUNTIME"} == found


def test_the_page_has_every_setting_of_the_example() -> None:
    known = {*SETTINGS, *SET_FOR_YOU, *(row[0].strip("`") for row in SECRETS.values())}

    assert {*EXAMPLE} - known == set()


def test_the_form_of_a_setting_is_what_its_error_says() -> None:
    forms = {name: row[1].replace("`", "") for name, row in SETTINGS.items()}
    rules = {setting.name: setting.kind.rule for setting in all_settings()}

    assert forms == {
        name: re.sub("must (be|look like) ", "", rule)
        for name, rule in rules.items()
        if name in SETTINGS
    }


@pytest.mark.parametrize(
    ("name", "default"),
    [
        (name, row[0].strip("`"))
        for name, row in SETTINGS.items()
        if re.fullmatch("`[^`]+`", row[0]) and row[0].strip("`") not in SETTINGS
    ],
)
def test_a_setting_set_to_its_default_changes_nothing(name: str, default: str) -> None:
    assert Settings.from_mapping({name: default}) == Settings()
    assert EXAMPLE.get(name, default) == default


def test_the_settings_that_are_another_setting_when_not_set() -> None:
    identity = Settings.from_mapping({"AZURE_CLIENT_ID": "client"})
    storage = Settings.from_mapping({"AzureWebJobsStorage__accountName": "name"})
    public = Settings.from_mapping({"WEBSITE_HOSTNAME": "name.azurewebsites.net"})

    assert SETTINGS["AzureWebJobsStorage__clientId"][0] == "`AZURE_CLIENT_ID`"
    assert identity.storage_client_id == "client"
    assert storage.storage_table_url == SETTINGS["AzureWebJobsStorage__tableServiceUri"][1][1:-1]
    assert SETTINGS["PUBLIC_URL"][0] == "`https://` and `WEBSITE_HOSTNAME`"
    assert public.public_url == "https://name.azurewebsites.net"


def test_the_page_has_every_secret_by_both_names() -> None:
    assert {name: row[0].strip("`") for name, row in SECRETS.items()} == {
        secret.value: secret.setting for secret in Secret
    }


def test_the_page_says_which_secrets_an_api_key_takes() -> None:
    with_key = Settings.from_mapping({"TWILIO_REST_CREDENTIAL": "api_key"}).rest_secrets
    needed = {name for name, row in SECRETS.items() if row[1] == "with `api_key`"}

    assert needed == {*with_key} - {*Settings().rest_secrets}


def test_the_key_that_the_page_makes_is_long_enough() -> None:
    [command] = re.findall(r'^python3 -c "(.*)"$', PAGE, re.MULTILINE)
    printed: list[str] = []
    exec(command, {"print": printed.append})  # noqa: S102 - the page's own line

    assert len(printed[0]) >= MIN_KEY_CHARS
