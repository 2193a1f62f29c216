"""Documents that redirect to each other forever."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from local_stack.testing import LocalStack
    from tests.conftest import WebServer

UNREACHABLE = "http://127.0.0.1:9/"


@pytest.mark.parametrize(
    "verb",
    [
        "<Dial>invalid</Dial>",
        "<Dial><Queue>missing</Queue></Dial>",
        f'<Enqueue waitUrl="{UNREACHABLE}">support</Enqueue>',
    ],
)
def test_a_call_that_loops_without_playing_anything_ends(
    stack: LocalStack, web_server: WebServer, verb: str
) -> None:
    url = web_server.twiml("/round", f"<Response>{verb}<Redirect/></Response>")
    stack.line_goes_to(VoiceUrl=url)
    sid = stack.ring()
    stack.advance(1)

    assert stack.call(sid)["status"] == "completed"
    assert "100 documents without playing anything" in stack.alerts()[-1]["message"]
