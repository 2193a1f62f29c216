"""Where the documents of a call may come from."""

from urllib.parse import quote

import pytest

from shared.config.settings import Settings
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
        "https:/\n/evil.example/twiml",
        f"{APP}/api/TwimlForward?FailUrl=https:%5C%5Cevil.example",
        f"{APP}/api/TwimlForward?FailUrl={EVIL}",
        f"{APP}/api/TwimlForward?FailUrl={quote(EVIL, safe='')}",
        f"{APP}/api/TwimlForward?FailUrl={quote(quote(EVIL, safe=''), safe='')}",
        f"{APP}/api/TwimlForward?FailUrl=HTTPS%3A%2f%2Fevil.example",
        f"TwimlForward?FailUrl={quote(EVIL, safe='')}",
        f"{APP}/api/TwimlForward?FailUrl=https:%{'25' * 10}2F%{'25' * 10}2Fevil.example",
        f"{APP}/api/TwimlForward?FailUrl=https:%{'25' * 30}2F%{'25' * 30}2Fevil.example",
    ],
)
def test_no_other_host_passes_however_it_is_written(url: str) -> None:
    with pytest.raises(NotAllowedError, match="add its name to the setting ALLOWED_TWIML_HOSTS"):
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
def test_documents_that_stand_in_an_address_do_not_pass(url: str) -> None:
    with pytest.raises(NotAllowedError, match="Give the document as `twiml`"):
        require(url)


def test_a_host_of_the_settings_passes_and_its_neighbours_do_not() -> None:
    require("https://Bot.example.com/twiml", ALLOWED_TWIML_HOSTS="bot.example.com, other.example")

    with pytest.raises(NotAllowedError):
        require("https://example.com/twiml", ALLOWED_TWIML_HOSTS="bot.example.com")


def test_a_star_lets_everything_pass() -> None:
    require(EVIL, ALLOWED_TWIML_HOSTS="*")


@pytest.mark.parametrize(("stack", "passes"), [("http://127.0.0.1:7072", True), ("", False)])
def test_this_machine_passes_on_the_desk_alone(stack: str, passes: bool) -> None:
    url = "http://127.0.0.1:8000/twiml"
    if passes:
        require(url, LOCAL_STACK_URL=stack)
        return
    with pytest.raises(NotAllowedError):
        require(url, LOCAL_STACK_URL=stack)
