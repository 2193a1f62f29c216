"""The environment of the host process."""

from pathlib import Path

import pytest

from local_stack.supervision.host_environment import (
    EXAMPLE_FILE,
    SETTINGS_FILE,
    HostEnvironmentError,
    host_environment,
    settings_warnings,
)


def test_without_a_settings_file_the_local_stack_wins_over_the_process(tmp_path: Path) -> None:
    environment = host_environment({"A": "process", "B": "process"}, tmp_path, {"B": "stack"})

    assert environment == {"A": "process", "B": "stack"}


def test_settings_win_over_the_process_and_lose_to_the_local_stack(tmp_path: Path) -> None:
    settings = '{"Values": {"A": "settings", "B": "settings"}}'
    (tmp_path / "local.settings.json").write_text(settings, "utf-8-sig")

    environment = host_environment({"A": "process"}, tmp_path, {"B": "stack"})

    assert environment == {"A": "settings", "B": "stack"}


def test_the_settings_file_is_optional(tmp_path: Path) -> None:
    (tmp_path / "local.settings.json").write_text('{"Values": {"A": "settings"}}', "utf-8")

    assert host_environment({"A": "process"}, tmp_path, {}, "") == {"A": "process"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "is not valid JSON"),
        ("[]", "expected a JSON object"),
        ('{"IsEncrypted": true, "Values": {}}', "is encrypted"),
        ('{"values": {"A": "1"}}', 'has no "Values"'),
        ('{"A": "1"}', 'has no "Values"'),
        ('{"Values": []}', '"Values" must be an object'),
        ('{"Values": {"A": 1}}', "the value of A must be a string"),
        ('{"Values": {"A=B": "1"}}', "cannot be an environment variable"),
        ('{"Values": {"A": "\\u0000"}}', "cannot be an environment variable"),
        ('{"Values": {"A": "\\ud800"}}', "cannot be an environment variable"),
        ('{"Values": {"\\ud800": "A"}}', "cannot be an environment variable"),
        (f'{{"Host": {{"LocalHttpPort": "{"9" * 5000}"}}}}', '"LocalHttpPort" must be a port'),
    ],
)
def test_an_invalid_file_is_explained(tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / "local.settings.json").write_text(text, "utf-8")

    with pytest.raises(HostEnvironmentError, match=reason):
        host_environment({}, tmp_path, {})


@pytest.mark.parametrize("name", ["ALOWED_COUNTRIES", "allowed_countries"])
def test_a_misspelled_name_is_a_warning(tmp_path: Path, name: str) -> None:
    (tmp_path / EXAMPLE_FILE).write_text('{"Values": {"ALLOWED_COUNTRIES": ""}}', "utf-8")
    (tmp_path / SETTINGS_FILE).write_text(f'{{"Values": {{"{name}": "US"}}}}', "utf-8")

    [warning] = settings_warnings(tmp_path)

    assert name in warning
    assert "ALLOWED_COUNTRIES" in warning


@pytest.mark.parametrize("text", ["{", '{"Values": {"ALLOWED_COUNTRIES": "", "MY_OWN": ""}}'])
def test_other_names_are_no_warning(tmp_path: Path, text: str) -> None:
    (tmp_path / EXAMPLE_FILE).write_text('{"Values": {"ALLOWED_COUNTRIES": ""}}', "utf-8")
    (tmp_path / SETTINGS_FILE).write_text(text, "utf-8")

    assert settings_warnings(tmp_path) == ()


def test_an_invalid_value_is_not_shown(tmp_path: Path) -> None:
    (tmp_path / "local.settings.json").write_text('{"Values": {"TOKEN": 12345}}', "utf-8")

    with pytest.raises(HostEnvironmentError) as raised:
        host_environment({}, tmp_path, {})

    assert "12345" not in str(raised.value)
