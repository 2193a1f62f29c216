"""HEAD: where a function allows GET, the same response without its body."""

import pytest
import requests

from local_stack.testing import LocalStack

MUSIC = "/api/GetHoldMusic?Bucket=com.twilio.music.classical"
HEALTH = "/api/GetHealth"


@pytest.mark.parametrize(
    "path", [MUSIC, HEALTH, "/api/TwimlHello", "/api/TwimlMessage", "/api/GetStatus"]
)
def test_head_is_answered_like_get_without_a_body(stack: LocalStack, path: str) -> None:
    url, headers = f"{stack.functions_url}{path}", {"x-functions-key": "local"}
    head, get = (
        requests.request(method, url, headers=headers, timeout=10) for method in ("HEAD", "GET")
    )

    assert (head.status_code, head.content) == (get.status_code, b"")
    assert get.content
    assert head.headers["Content-Type"] == get.headers["Content-Type"]
    assert head.headers.get("Cache-Control") == get.headers.get("Cache-Control")


def test_head_needs_the_key_too(stack: LocalStack) -> None:
    assert requests.head(f"{stack.functions_url}{HEALTH}", timeout=10).status_code == 401


@pytest.mark.parametrize("function", ["SendSms", "OnMessageStatus"])
def test_head_is_a_404_where_get_is(stack: LocalStack, function: str) -> None:
    answer = requests.head(
        f"{stack.functions_url}/api/{function}", headers={"x-functions-key": "local"}, timeout=10
    )

    assert answer.status_code == 404
