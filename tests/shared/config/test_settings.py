"""Settings from a mapping: defaults, and one error for all problems."""

import json
from pathlib import Path

import pytest
from azure_functions_runtime_v1.utils.app_setting_manager import is_envvar_true

from shared.config.settings import Secret, Settings
from shared.errors import ConfigurationError

ROOT = Path(__file__).parents[3]


def test_an_empty_environment_gives_the_defaults() -> None:
    assert Settings.from_mapping({}) == Settings()


def test_an_empty_value_means_not_set() -> None:
    config = Settings.from_mapping({"TWILIO_FROM_NUMBER": "", "PUBLIC_URL": " "})

    assert config == Settings()


@pytest.mark.parametrize("value", ["true", "True", "1", "yes", "false", "0", "", "maybe"])
def test_traces_follow_the_runtimes_own_switch(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    name = "PYTHON_APPLICATIONINSIGHTS_ENABLE_TELEMETRY"
    monkeypatch.setenv(name, value)

    assert Settings.from_mapping({name: value}).traces is is_envvar_true(name)


@pytest.mark.parametrize(
    "values", [{"DEFAULT_REGION": "ZZ"}, {"ALLOWED_COUNTRIES": "US,UK"}, {"DEFAULT_REGION": "UK"}]
)
def test_an_unknown_country_is_malformed(values: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Settings.from_mapping(values)

    assert [
        name for name in ("DEFAULT_REGION", "ALLOWED_COUNTRIES") if name in str(caught.value)
    ] == [*values]


def test_one_error_names_every_malformed_setting_and_shows_no_value() -> None:
    malformed = {
        "KEY_VAULT_URL": "http://kv.vault.azure.net",
        "TWILIO_REST_CREDENTIAL": "password",
        "TWILIO_FROM_NUMBER": "(202) 555-0100",
        "TWILIO_MESSAGING_SERVICE_SID": "MG12",
        "PUBLIC_URL": "app.example",
        "DEFAULT_REGION": "USA",
        "BLOCKED_CALLERS": "+12025550123, 2025550124",
        "BLOCKED_CALLERS_REASON": "tired",
        "LINK_LIFETIME_HOURS": "8785",
        "KILL_SWITCH": "yes",
        "DRY_RUN": "perhaps",
        "ALLOWED_COUNTRIES": "US, Mars",
        "ALLOWED_NUMBERS": "+12025550123, 12",
        "BLOCKED_RECIPIENTS": "+12025550123, anonymous",
        "ALLOWED_TWIML_HOSTS": "bot.example.com, bot_host",
        "RECIPIENT_LIMIT": "1001",
        "RECIPIENT_LIMIT_SECONDS": "none",
        "DAILY_SEGMENT_LIMIT": "minus one",
        "DAILY_CALL_LIMIT": "many",
        "MAX_CALL_SECONDS": "86402",
        "AzureWebJobsStorage__tableServiceUri": "http://hidden.table.core.windows.net",
        "AzureWebJobsStorage__accountName": "My-Account",
        "TWILIO_TWIML_APP_SID": "AP12",
        "TWILIO_REGION": "Ireland",
        "CLIENT_TOKEN_SECONDS": "86403",
        "CLIENT_IDENTITY_FROM": "header",
        "CLIENT_SOFTPHONE": "always",
        "LEDGER_TABLE": "1table",
        "STORAGE_OUTAGE": "sometimes",
        "SETTLE_WINDOW_SECONDS": "86401",
        "LOCAL_STACK_URL": "http://stack.example:7072",
        "LOCAL_STACK_TWILIO_URL": "http://twilio.example:7073",
    }

    with pytest.raises(ConfigurationError) as caught:
        Settings.from_mapping(malformed)

    assert all(name in caught.value.detail for name in malformed)
    assert not any(value in caught.value.detail for value in malformed.values())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AzureWebJobsStorage", "@Microsoft.KeyVault(VaultName=hidden;SecretName=storage)"),
        ("TWILIO_AUTH_TOKEN", "@Microsoft.KeyVault(SecretUri=https://hidden.vault.azure.net/)"),
        ("DEFAULT_REGION", "@Microsoft.AppConfiguration(Endpoint=https://hidden)"),
        ("TWILIO_AUTH_TOKEN", '"hidden"'),
        ("TWILIO_FROM_NUMBER", "'+12025550100'"),
        ("TWILIO_ACCOUNT_SID", "SK" + "0" * 32),
        ("TWILIO_ACCOUNT_SID", "AC" + "0" * 31),
        ("TWILIO_API_KEY_SID", "AC" + "0" * 32),
        ("KEY_VAULT_URL", "https://hidden.vault.azure.net/secrets/"),
        ("PUBLIC_URL", "http://0.0.0.0:8081"),
        ("PUBLIC_URL", "http://[::]:8081"),
    ],
)
def test_a_copied_value_that_cannot_work_is_named(name: str, value: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Settings.from_mapping({name: value})

    assert name in caught.value.detail
    assert value not in caught.value.detail


def test_blocked_numbers_may_contain_separators() -> None:
    settings = Settings.from_mapping({"BLOCKED_CALLERS": "+1 202 555-0123, +1 (202) 555.0124"})

    assert settings.blocked_callers == {"+12025550123", "+12025550124"}


def test_formatting_of_pasted_numbers_is_ignored_in_lists() -> None:
    settings = Settings.from_mapping({"BLOCKED_CALLERS": "\u202a+1\u00a0202 555\u20110123\u202c"})

    assert settings.blocked_callers == {"+12025550123"}


def test_one_error_names_every_missing_setting() -> None:
    config = Settings.from_mapping({})

    with pytest.raises(ConfigurationError) as caught:
        config.require(*config.rest_secrets, sender=True, from_number=True, public_url=True)

    assert caught.value.detail == (
        "Missing settings: TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, "
        "TWILIO_FROM_NUMBER (or TWILIO_MESSAGING_SERVICE_SID), TWILIO_FROM_NUMBER, "
        "PUBLIC_URL (or WEBSITE_HOSTNAME)."
    )


def test_with_a_vault_secrets_are_not_required_as_settings() -> None:
    config = Settings.from_mapping({"KEY_VAULT_URL": "https://kv.vault.azure.net/"})

    config.require(*Secret)

    assert config.key_vault_url == "https://kv.vault.azure.net"


def test_only_twilios_secrets_have_a_prefix_in_settings() -> None:
    config = Settings.from_mapping({"LINK_SIGNING_KEY": "deep", "TWILIO_AUTH_TOKEN": "hidden"})

    assert config.secrets == {Secret.LINK_SIGNING_KEY: "deep", Secret.AUTH_TOKEN: "hidden"}


def test_the_repr_shows_no_secret() -> None:
    secrets = {"TWILIO_AUTH_TOKEN": "buried", "TWILIO_API_KEY_SECRET": "deep"}
    config = Settings.from_mapping(secrets | {"AzureWebJobsStorage": "AccountKey=deep"})

    assert config.secrets[Secret.AUTH_TOKEN] == "buried"
    assert config.storage_connection == "AccountKey=deep"
    assert "buried" not in repr(config)
    assert "deep" not in repr(config)


@pytest.mark.parametrize(
    ("window_s", "limit_s", "budget_s"), [(3, 2, 0.5), (30, 20, 5), (60, 40, 10), (86400, 40, 10)]
)
def test_a_send_ends_well_before_its_settle_window(
    window_s: int, limit_s: float, budget_s: float
) -> None:
    config = Settings.from_mapping({"SETTLE_WINDOW_SECONDS": str(window_s)})

    assert config.settle_window_s == window_s
    assert (config.send_limit_s, config.retry_budget_s) == (limit_s, budget_s)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SETTLE_WINDOW_SECONDS", "2"),
        ("SETTLE_WINDOW_SECONDS", "6.5"),
        ("LEDGER_TABLE", "ab"),
        ("LEDGER_TABLE", "a" * 64),
        ("LEDGER_TABLE", "my-table"),
        ("AzureWebJobsStorage__accountName", "ab"),
        ("AzureWebJobsStorage__accountName", "my-account"),
    ],
)
def test_invalid_ledger_settings_are_malformed(name: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=name):
        Settings.from_mapping({name: value})


@pytest.mark.parametrize("outage", ["refuse_keyed", "refuse_all", "send_all"])
def test_every_storage_outage_mode_can_be_set(outage: str) -> None:
    assert Settings.from_mapping({"STORAGE_OUTAGE": outage}).storage_outage == outage


@pytest.mark.parametrize(
    ("values", "url"),
    [
        ({"accountName": "name"}, "https://name.table.core.windows.net"),
        ({"tableServiceUri": "https://a.example/"}, "https://a.example"),
        ({"accountName": "name", "tableServiceUri": "https://a.example"}, "https://a.example"),
    ],
)
def test_an_account_is_found_by_its_name_or_by_its_url(values: dict[str, str], url: str) -> None:
    storage = {f"AzureWebJobsStorage__{name}": value for name, value in values.items()}

    assert Settings.from_mapping(storage).storage_table_url == url


@pytest.mark.parametrize(
    ("values", "public_url"),
    [
        ({"PUBLIC_URL": "https://a.example/"}, "https://a.example"),
        ({"WEBSITE_HOSTNAME": "app.azurewebsites.net"}, "https://app.azurewebsites.net"),
        ({"WEBSITE_HOSTNAME": "localhost:7071"}, "http://localhost:7071"),
        ({"PUBLIC_URL": "https://a.example:8443/b%20c/d_e/"}, "https://a.example:8443/b%20c/d_e"),
        ({"PUBLIC_URL": "http://[::1]:7071"}, "http://[::1]:7071"),
        ({"PUBLIC_URL": "https://a.example", "WEBSITE_HOSTNAME": "b"}, "https://a.example"),
    ],
)
def test_the_public_url_defaults_to_the_host_name(values: dict[str, str], public_url: str) -> None:
    assert Settings.from_mapping(values).public_url == public_url


@pytest.mark.parametrize(
    "url",
    [
        "https://",
        "ftp://a",
        "https://a?b",
        "https://a?",
        "https://a#b",
        "https://a#",
        "https://u:p@a",
        "https://:p@a",
        "https://@a",
        "https://a b",
        "https://a\tb",
        "https://a\0",
        "https://a\\b",
        "https://a/\N{LATIN SMALL LETTER U WITH DIAERESIS}",
        "https://a:port",
        "https://:443",
        "https://[a",
        "//a",
    ],
)
def test_a_public_url_must_accept_appended_paths(url: str) -> None:
    with pytest.raises(ConfigurationError, match="PUBLIC_URL"):
        Settings.from_mapping({"PUBLIC_URL": url})


@pytest.mark.parametrize(
    ("stack", "door", "used"),
    [
        ("http://127.0.0.1:7072/", "", "http://127.0.0.1:7072"),
        ("http://127.0.0.1:7072", "http://127.0.0.1:7073/", "http://127.0.0.1:7073"),
        ("", "http://127.0.0.1:7073", ""),
    ],
)
def test_the_local_stack_may_have_a_separate_url_for_twilio(
    stack: str, door: str, used: str
) -> None:
    values = {"LOCAL_STACK_URL": stack, "LOCAL_STACK_TWILIO_URL": door}

    assert Settings.from_mapping(values).local_twilio_url == used


def test_an_api_key_is_used_only_if_configured() -> None:
    assert Settings.from_mapping({}).rest_secrets == (Secret.ACCOUNT_SID, Secret.AUTH_TOKEN)
    assert Settings.from_mapping({"TWILIO_REST_CREDENTIAL": "api_key"}).rest_secrets == (
        Secret.ACCOUNT_SID,
        Secret.API_KEY_SID,
        Secret.API_KEY_SECRET,
    )


def test_the_example_lists_every_setting_and_is_itself_valid() -> None:
    values = json.loads((ROOT / "local.settings.json.example").read_text())["Values"]

    Settings.from_mapping(values).require(*Settings().rest_secrets, sender=True)

    assert set(values) == {
        "FUNCTIONS_WORKER_RUNTIME",
        "AzureWebJobsStorage",
        "KEY_VAULT_URL",
        "AZURE_CLIENT_ID",
        "TWILIO_REST_CREDENTIAL",
        "TWILIO_FROM_NUMBER",
        "TWILIO_MESSAGING_SERVICE_SID",
        "PUBLIC_URL",
        "DEFAULT_REGION",
        "BLOCKED_CALLERS",
        "BLOCKED_CALLERS_REASON",
        "KILL_SWITCH",
        "DRY_RUN",
        "ALLOWED_COUNTRIES",
        "ALLOWED_NUMBERS",
        "BLOCKED_RECIPIENTS",
        "ALLOWED_TWIML_HOSTS",
        "RECIPIENT_LIMIT",
        "RECIPIENT_LIMIT_SECONDS",
        "DAILY_SEGMENT_LIMIT",
        "DAILY_CALL_LIMIT",
        "MAX_CALL_SECONDS",
        "LINK_LIFETIME_HOURS",
        "TWILIO_TWIML_APP_SID",
        "TWILIO_REGION",
        "CLIENT_TOKEN_SECONDS",
        "CLIENT_IDENTITY_FROM",
        "CLIENT_SOFTPHONE",
        "LOCAL_PRINCIPAL_ID",
        "LEDGER_TABLE",
        "STORAGE_OUTAGE",
        "SETTLE_WINDOW_SECONDS",
        "LOCAL_STACK_URL",
        *(secret.setting for secret in Secret),
    }
