"""Pictures that people text to the line reach the owner's phone, through the real functions."""

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest

from deskphone.values import HANDSETS, LINE
from local_stack.testing import LocalStack

if TYPE_CHECKING:
    from tests.conftest import WebServer

WRITER, OWNER = HANDSETS[:2]


@pytest.fixture
def link(stack: LocalStack, web_server: "WebServer") -> str:
    """The URL of the picture on the owner's phone."""
    stack.line_goes_to(SmsUrl=f"{stack.functions_url}/api/TwimlReply?Forward={quote(OWNER)}")
    picture = web_server.answer("/cat.png", b"cat", "image/png")
    text = {"from": WRITER, "to": LINE, "body": "Look", "media_url": [picture]}
    stack.world("texts", text)
    stack.advance(2)
    [forwarded] = stack.texts(OWNER)
    assert forwarded["body"] == f"From {WRITER}: Look"
    [url] = forwarded["media"]
    return url


def test_the_forwarded_link_opens_the_picture_without_credentials(
    stack: LocalStack, web_server: "WebServer", link: str
) -> None:
    answer = stack.http.get(link, timeout=10)

    assert link.startswith(f"{stack.functions_url}/api/GetSharedMedia?")
    assert (answer.status_code, answer.content) == (200, b"cat")
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    [request] = web_server.asked("/cat.png")
    assert "Authorization" not in request.headers


def test_a_changed_link_opens_nothing(
    stack: LocalStack, web_server: "WebServer", link: str
) -> None:
    fields = {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}
    for change in ({"sid": "ME" + "0" * 32}, {"expires": "9999999999"}, {"signature": "0" * 64}):
        query = urlencode(fields | change)
        answer = stack.http.get(f"{link.partition('?')[0]}?{query}", timeout=10)
        assert answer.status_code == 403

    assert web_server.asked("/cat.png") == []


def test_a_deleted_picture_is_not_found(stack: LocalStack, link: str) -> None:
    fields = {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}
    path = f"Messages/{fields['message']}/Media/{fields['sid']}.json"
    stack.rest("DELETE", path).raise_for_status()

    assert stack.http.get(link, timeout=10).status_code == 404
