"""`deskphone text` and `deskphone call`, with a running emulator and an app."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from deskphone.cli.command import main
from deskphone.values import LINE, LINE_SID
from tests.conftest import WebServer
from tests.deskphone.standalone import Standalone, running


@pytest.fixture(scope="module")
def process() -> Iterator[Standalone]:
    with running("system") as process:
        yield process


@pytest.fixture
def port(process: Standalone) -> str:
    """The port of the module's emulator, after a reset."""
    process.world("reset").raise_for_status()
    return str(urlsplit(process.url).port)


def set_urls(process: Standalone, **urls: str) -> None:
    process.world(f"numbers/{LINE_SID}", urls, "PUT").raise_for_status()


def test_replies_to_a_text_are_printed(
    process: Standalone, port: str, web_server: WebServer, capsys: pytest.CaptureFixture[str]
) -> None:
    replies = "<Response><Message>One</Message><Message>Two</Message></Response>"
    set_urls(process, sms_url=web_server.twiml("/sms", replies))

    assert main(["text", "--port", port, LINE, "Hello"]) == 0
    assert capsys.readouterr().out.split() == ["One", "Two"]


def test_error_of_a_text_is_printed(
    process: Standalone, port: str, web_server: WebServer, capsys: pytest.CaptureFixture[str]
) -> None:
    set_urls(process, sms_url=web_server.twiml("/sms", "<Respons/>"))

    assert main(["text", "--port", port, LINE, "Hello"]) == 1
    assert "error 12102" in capsys.readouterr().out


def test_keys_answer_one_prompt_after_the_other(
    process: Standalone, port: str, web_server: WebServer, capsys: pytest.CaptureFixture[str]
) -> None:
    ask = '<Response><Gather numDigits="1" action="{}"><Say>{}</Say></Gather></Response>'
    set_urls(process, voice_url=web_server.twiml("/voice", ask.format("/second", "First?")))
    web_server.twiml("/second", ask.format("/end", "Second?"))
    web_server.twiml("/end", "<Response><Reject/></Response>")
    main(["call", "--port", port, LINE, "--press", "1", "--press", "2"])

    assert capsys.readouterr().out.splitlines() == ["First?", "> 1", "Second?", "> 2"]
    assert web_server.asked("/end")[0].form["Digits"] == "2"


def test_unneeded_key_is_an_error(
    process: Standalone, port: str, web_server: WebServer, capsys: pytest.CaptureFixture[str]
) -> None:
    set_urls(process, voice_url=web_server.twiml("/voice", "<Response><Hangup/></Response>"))

    assert main(["call", "--port", port, LINE, "--press", "1"]) == 1
    assert "--press '1'" in capsys.readouterr().err


def test_number_that_the_account_lacks_is_refused(
    port: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["text", "--port", port, "+12025550199", "Hello"]) == 2
    assert "+12025550199" in capsys.readouterr().err


def test_port_without_an_emulator_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["text", "--url", "http://127.0.0.1:9", LINE, "Hello"]) == 2
    assert re.search("http://127.0.0.1:9[^0-9]", capsys.readouterr().err)
