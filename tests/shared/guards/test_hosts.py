"""Allowed hosts for a call's documents."""

import contextlib
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.config.settings import Settings
from shared.errors import InvalidRequestError
from shared.guard_errors import NotAllowedError
from shared.guards.hosts import TwimlHosts

APP = "https://app.example"
EVIL = "https://evil.example/twiml"


def require(url: str, **settings: str) -> None:
    TwimlHosts(Settings.from_mapping({"PUBLIC_URL": APP, **settings})).require(url, "url")


@pytest.mark.parametrize(
    "url",
    [
        f"{APP}/api/TwimlHello",
        "https://APP.example:443/api/TwimlMessage?Message=Hello%20%2F%20world",
        f"{APP}/api/TwimlForward?PhoneNumber=%2B12025550123&FailUrl=TwimlVoicemail",
        f"{APP}/api/TwimlForward?FailUrl={quote(f'{APP}/api/TwimlHello', safe='')}",
        "/api/TwimlHello",
        "TwimlMenu?Message=Hello",
    ],
)
def test_the_apps_own_documents_pass(url: str) -> None:
    require(url)


@pytest.mark.parametrize(
    "url",
    [
        EVIL,
        "https://app.example.evil.example/",
        "https://evil.example:443/",
        "https://app.example@evil.example/",
        "//evil.example/twiml",
        "https:\\\\evil.example/twiml",
        f"{APP}/api/TwimlForward?FailUrl=https:%5C%5Cevil.example",
        f"{APP}/api/TwimlForward?FailUrl={EVIL}",
        f"{APP}/api/TwimlForward?FailUrl={quote(EVIL, safe='')}",
        f"{APP}/api/TwimlForward?FailUrl={quote(quote(EVIL, safe=''), safe='')}",
        f"{APP}/api/TwimlForward?FailUrl=HTTPS%3A%2f%2Fevil.example",
        f"TwimlForward?FailUrl={quote(EVIL, safe='')}",
        f"{APP}/api/TwimlForward?FailUrl=https:%{'25' * 10}2F%{'25' * 10}2Fevil.example",
    ],
)
def test_other_hosts_are_refused_in_any_spelling(url: str) -> None:
    with pytest.raises(NotAllowedError, match="add the host name to ALLOWED_TWIML_HOSTS"):
        require(url)


@pytest.mark.parametrize(
    "url",
    [
        f"{APP}/api/TwimlEcho?Twiml=x",
        f"{APP}/api/twimlecho",
        f"{APP}/api/Twiml%45cho",
        f"{APP}/api/TwimlMenu?Options%5B1%5D=TwimlEcho%3FTwiml%3Dx",
    ],
)
def test_documents_in_a_url_are_refused(url: str) -> None:
    with pytest.raises(NotAllowedError, match="`twiml`"):
        require(url)


CONTROLS = ["%00", "%08", "%0A", "%0B", "%1F", "%7F", "%C2%85", "%E2%80%8B", "%E2%80%AE"]
NOT_TEXT = ["%EF%BF%BD", "%EF%BF%BE", "%EF%BB%BF", "%ED%A0%80", "%FF", "%C0%AF"]


@pytest.mark.parametrize("hidden", [*CONTROLS, *NOT_TEXT])
@pytest.mark.parametrize(
    "address", ["https:/{}/evil.example/x", "Twiml{}Echo?Twiml=x", "{}", "a{}"]
)
@pytest.mark.parametrize("rounds", [0, 1, 5])
def test_invisible_characters_are_refused_at_any_level(
    hidden: str, address: str, rounds: int
) -> None:
    written = address.format(hidden.replace("%", "%" + "25" * rounds))
    for name in ("FailUrl", "Options%5B1%5D", "Music", "Track", "Message", "Unknown"):
        with pytest.raises(InvalidRequestError) as refused:
            require(f"{APP}/api/TwimlForward?PhoneNumber=%2B12025550123&{name}={written}")
        assert refused.value.field == "url"
        assert "evil" not in refused.value.detail


@pytest.mark.parametrize(
    "url",
    [
        "https:/\n/evil.example/twiml",
        "https:/evil.example/twiml",
        "https:evil.example",
        f"{APP}/api/TwimlForward?FailUrl=http:/evil.example",
        f"{APP}/api/TwimlForward?FailUrl=https%3A%252Fevil.example",
        f"{APP}/api/TwimlForward?FailUrl=https:%zz//evil.example",
        f"{APP}/api/TwimlForward?FailUrl=https:%{'25' * 30}2F%{'25' * 30}2Fevil.example",
        "\ud800",
    ],
)
def test_ambiguous_urls_are_refused(url: str) -> None:
    with pytest.raises(InvalidRequestError):
        require(url)


@given(st.text(alphabet="htps:/\\%25F0evil.?&=#@ \x00\n\ufffe\u200bé", max_size=40))
def test_any_address_is_accepted_or_refused(url: str) -> None:
    hosts = TwimlHosts(Settings.from_mapping({"PUBLIC_URL": APP}))
    with contextlib.suppress(InvalidRequestError, NotAllowedError):
        hosts.require(url, "url")
        hosts.function_of(url, "url")


def test_a_port_counts_as_part_of_a_host() -> None:
    for port, setting in (
        ("", "bot.example.com"),
        (":443", "bot.example.com"),
        ("", "bot.example.com:443"),
        (":8443", "bot.example.com:8443"),
        (":8443", "other.example, Bot.example.com:8443"),
    ):
        require(f"https://bot.example.com{port}/twiml", ALLOWED_TWIML_HOSTS=setting)
    for url, setting in (
        ("https://bot.example.com:8443/", "bot.example.com"),
        ("https://bot.example.com/", "bot.example.com:8443"),
        ("https://bot.example.com:80/", "bot.example.com"),
        ("https://bot.example.com:99999/", "bot.example.com"),
        (f"{APP}:8443/api/TwimlHello", ""),
        ("http://app.example/api/TwimlHello", ""),
    ):
        with pytest.raises(NotAllowedError):
            require(url, ALLOWED_TWIML_HOSTS=setting)


@pytest.mark.parametrize(
    ("url", "function"),
    [
        (f"{APP}/api/TwimlForward?a=b#c", "twimlforward"),
        ("https://u:p@APP.example:443/API/twimlFORWARD/", "twimlforward"),
        (f"{APP}/other/prefix/TwimlMenu", "twimlmenu"),
        (f"{APP}/OnRecording", "onrecording"),
        ("TwimlMenu?Message=a", "twimlmenu"),
        ("/api/TwimlMenu", "twimlmenu"),
        ("https://bot.example.com/TwimlForward", ""),
        ("wss://bot.example.com/a%20b", ""),
    ],
)
def test_the_function_in_a_url_is_found(url: str, function: str) -> None:
    values = {"PUBLIC_URL": APP, "ALLOWED_TWIML_HOSTS": "bot.example.com"}

    assert TwimlHosts(Settings.from_mapping(values)).function_of(url, "url") == function


@pytest.mark.parametrize(
    "path",
    [
        "/api/SendSms?code=a",
        "/api/PlaceCall",
        "/api/Twiml%46orward",
        "/api//TwimlForward",
        "/api/./TwimlForward",
        "/api/../TwimlForward",
        "/api/TwimlForward//",
        "/api/TwimlForward;a=b",
        "/api/TwimlForward.",
        "/api%2FTwimlForward",
        "/",
    ],
)
@pytest.mark.parametrize("beginning", [APP, ""])
def test_an_own_url_must_be_a_plain_function_name(beginning: str, path: str) -> None:
    hosts = TwimlHosts(Settings.from_mapping({"PUBLIC_URL": APP}))

    with pytest.raises(InvalidRequestError, match="points to this app"):
        hosts.function_of(beginning + path, "url")


@pytest.mark.parametrize(
    "url",
    [
        "sip:a@evil.example",
        "ftp://app.example/",
        "mailto:a@app.example",
        "//app.example/api/TwimlHello",
        "https://evil.example\\@app.example/",
        "https://[app.example/",
        "https://shared.example/other/TwimlHello",
        "/other/TwimlHello",
    ],
)
def test_only_the_apps_own_folder_is_the_app(url: str) -> None:
    hosts = TwimlHosts(Settings.from_mapping({"PUBLIC_URL": "https://shared.example/app"}))

    assert hosts.function_of("https://shared.example/app/api/TwimlHello", "url") == "twimlhello"
    with pytest.raises(NotAllowedError):
        hosts.function_of(url, "url")


def test_only_the_exact_host_in_the_settings_passes() -> None:
    require("https://Bot.example.com/twiml", ALLOWED_TWIML_HOSTS="bot.example.com, other.example")

    with pytest.raises(NotAllowedError):
        require("https://example.com/twiml", ALLOWED_TWIML_HOSTS="bot.example.com")


def test_a_star_allows_every_host() -> None:
    require(EVIL, ALLOWED_TWIML_HOSTS="*")


@pytest.mark.parametrize(("stack", "passes"), [("http://127.0.0.1:7072", True), ("", False)])
def test_this_machine_passes_only_with_the_local_stack(stack: str, passes: bool) -> None:
    url = "http://127.0.0.1:8000/twiml"
    if passes:
        require(url, LOCAL_STACK_URL=stack)
        return
    with pytest.raises(NotAllowedError):
        require(url, LOCAL_STACK_URL=stack)


@pytest.mark.parametrize(
    "url",
    [
        "https://shared.example/other/../app/api/TwimlEcho",
        "https://shared.example/%61pp/api/TwimlForward",
        "https://shared.example//app/api/TwimlForward",
        "https://shared.example/APP/api/TwimlForward",
        "http://shared.example/app/api/TwimlForward",
    ],
)
def test_other_folders_on_a_shared_host_cannot_reach_the_app(url: str) -> None:
    values = {"PUBLIC_URL": "https://shared.example/app", "ALLOWED_TWIML_HOSTS": "shared.example"}
    hosts = TwimlHosts(Settings.from_mapping(values))

    with pytest.raises(InvalidRequestError, match="points to this app"):
        hosts.function_of(url, "url")
    assert hosts.function_of("https://shared.example/other/a.b", "url") == ""
