"""deskphone.toml: what it sets, and what is refused."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskphone.setup.config import FILE, Config, ConfigError, config_of, read

APP = "http://127.0.0.1:5000"
EXAMPLE = f"""
port = 7073
clock = "manual"
app_url = "{APP}"

[[numbers]]
number = "+1 202 555 0100"
voice_url = "/voice"
sms_url = "http://localhost:8000/sms"
sms_method = "GET"

[[numbers]]
number = "+12025550101"
name = "Support"

[[people]]
number = "+12025550150"
name = "Ann"
"""


def number(line: str) -> str:
    return f'[[numbers]]\nnumber = "+12025550100"\n{line}\n'


def test_all_settings_are_read() -> None:
    config = read(EXAMPLE)

    assert (config.port, config.clock, config.app.answers_url) == (7073, "manual", APP)
    assert config.app.people == (("+12025550150", "Ann"),)
    assert config.app.numbers == (
        {
            "phone_number": "+12025550100",
            "voice_url": f"{APP}/voice",
            "sms_url": "http://localhost:8000/sms",
            "sms_method": "GET",
        },
        {"phone_number": "+12025550101", "friendly_name": "Support"},
    )


def test_empty_file_sets_nothing() -> None:
    assert read("") == Config()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("prot = 1", ["`prot`", "`port`"]),
        ("xyz = 1", ["`xyz`", "numbers"]),
        (number('voice_ur = ""'), ["`numbers[0].voice_ur`", "`voice_url`"]),
        ("port = 65536", ["`port`", "65535"]),
        ("port = true", ["`port`"]),
        ('clock = "fast"', ["`clock`", "'manual'"]),
        ("clock = []", ["`clock`"]),
        ('app_url = "127.0.0.1:5000"', ["`app_url`"]),
        ('numbers = "+12025550100"', ["`numbers`", "[[numbers]]"]),
        ("numbers = [1]", ["`numbers`"]),
        ("[[numbers]]", ["`numbers[0].number`"]),
        (number("") + '[[numbers]]\nnumber = "x"', ["`numbers[1].number`"]),
        (number("name = 1"), ["`numbers[0].name`"]),
        (number('sms_url = "/sms"'), ["`numbers[0].sms_url`", "`app_url`"]),
        (number('sms_method = "PUT"'), ["`numbers[0].sms_method`", "'GET'"]),
        (number('voice_fallback_url = "http://a"'), ["`numbers[0].voice_fallback_url`"]),
        (number("") + number(""), ["`numbers[1].number`", "+12025550100"]),
        (number("") + '[[people]]\nnumber = "+12025550100"', ["`people[0].number`"]),
        ("[[people]]\nnumber = 5", ["`people[0].number`"]),
    ],
)
def test_mistake_names_the_key(text: str, words: list[str]) -> None:
    with pytest.raises(ConfigError) as error:
        read(text)

    assert [word for word in words if word not in str(error.value)] == []


VALUES = st.recursive(
    st.integers() | st.booleans() | st.text(st.characters(min_codepoint=32, max_codepoint=126)),
    lambda inner: st.lists(inner, max_size=2),
    max_leaves=3,
)


def toml(value: object) -> str:
    """Return a value as TOML."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(map(toml, value))}]"
    return "'" + value.replace("'", "") + "'" if isinstance(value, str) else str(value)


@given(st.sampled_from(["port", "clock", "app_url", "numbers", "people"]), VALUES)
def test_any_value_is_read_or_refused_by_name(key: str, value: object) -> None:
    message = f"`{key}`"
    try:
        read(f"{key} = {toml(value)}")
    except ConfigError as error:
        message = str(error)

    assert f"`{key}" in message


def test_file_in_the_current_folder_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = config_of(None)
    (tmp_path / FILE).write_text("port = 1")

    assert (before, config_of(None)) == (Config(), Config(port=1))


def test_named_file_must_exist(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.toml"):
        config_of(tmp_path / "none.toml")


@pytest.mark.parametrize("content", [b"port = ", b"prot = 1", b"\xff"])
def test_mistake_names_the_file(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "phone.toml"
    file.write_bytes(content)

    with pytest.raises(ConfigError) as error:
        config_of(file)
    assert str(file) in str(error.value)
