"""A document's URL: how relative URLs in it resolve, and when it is requested again."""

from base64 import b64encode
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from local_stack.testing import LocalStack

if TYPE_CHECKING:
    from tests.conftest import WebServer


def test_a_relative_url_keeps_the_documents_password(
    stack: LocalStack, web_server: "WebServer"
) -> None:
    web_server.twiml("/doc", "<Response><Redirect>next</Redirect></Response>")
    web_server.answer("/next", b"", "text/plain", 401)
    url = f"{web_server.url}/doc".replace("http://", "http://user:pass@")
    sid = stack.place_call(Url=url)
    stack.advance(1)
    stack.answer(sid)
    stack.advance(1)

    asked = web_server.asked("/next")
    assert [request.headers.get("Authorization") for request in asked] == [
        None,
        f"Basic {b64encode(b'user:pass').decode()}",
    ]


def test_an_invalid_action_is_the_errors_url(stack: LocalStack, web_server: "WebServer") -> None:
    web_server.twiml("/fallback", "<Response/>")
    document = "<Response><Gather action='ftp://example.com/x' numDigits='1'/></Response>"
    url = web_server.twiml("/doc", document)
    sid = stack.place_call(Url=url, FallbackUrl=f"{web_server.url}/fallback")
    stack.advance(1)
    stack.answer(sid)
    stack.advance(0)
    stack.press(sid, "1")
    stack.advance(1)

    [request] = web_server.asked("/fallback")
    assert (request.form["ErrorCode"], request.form["ErrorUrl"]) == ("11100", "ftp://example.com/x")


def test_a_document_requested_again_by_get_has_no_old_fields(
    stack: LocalStack, web_server: "WebServer"
) -> None:
    gather = "<Response><Gather method='GET' numDigits='1'/></Response>"
    sid = stack.place_call(Url=web_server.twiml("/doc", gather) + "?team=a", Method="GET")
    stack.advance(1)
    stack.answer(sid)
    for key in "12":
        stack.advance(0)
        stack.press(sid, key)
    stack.advance(0)

    queries = [parse_qs(request.path.partition("?")[2]) for request in web_server.asked("/doc")]
    assert [query.get("Digits") for query in queries] == [None, ["1"], ["2"]]
    assert [(query["team"], len(query["CallSid"])) for query in queries] == [(["a"], 1)] * 3


def test_a_password_is_not_shown_in_the_timeline(
    stack: LocalStack, web_server: "WebServer"
) -> None:
    web_server.answer("/sound", b"x" * 8000, "audio/ulaw")
    url = web_server.twiml(
        "/doc", "<Response><Play>sound</Play><Redirect>sound</Redirect></Response>"
    )
    sid = stack.place_call(Url=url.replace("http://", "http://user:pass@"))
    stack.advance(1)
    stack.answer(sid)
    stack.advance(3)

    played = [entry for entry in stack.call(sid)["timeline"] if entry["name"] == "Play"]
    assert [entry["attributes"] for entry in played] == [{"url": f"{web_server.url}/sound"}] * 2
