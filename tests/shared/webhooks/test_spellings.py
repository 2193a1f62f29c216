"""Equivalent URLs: only the percent-encoding may differ."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.webhooks.spellings import MAX_CHARS, is_same_request, other_spellings


@pytest.mark.parametrize(
    ("sent", "other"),
    [
        ("/api/TwimlReply?code=a%3D%3D", "/api/TwimlReply?code=a=="),
        ("/api/TwimlReply?Message=a%20b", "/api/TwimlReply?Message=a+b"),
        ("/api/TwimlReply?Url=https://a/b", "/api/TwimlReply?Url=https%3A%2F%2Fa%2fb"),
        ("/api/TwimlReply?Message=Gr%C3%BC%C3%9Fe", "/api/TwimlReply?Message=Grüße"),
        ("/api/TwimlReply?Options[1]=a", "/api/TwimlReply?Options%5B1%5D=a"),
        ("/api/TwimlReply?a=%5b%2b", "/api/TwimlReply?a=%5B%2B"),
        ("/api/Twiml Reply", "/api/Twiml%20Reply"),
        ("/api/TwimlReply?a=&b", "/api/TwimlReply?a&b="),
    ],
)
def test_another_percent_encoding_is_the_same_request(sent: str, other: str) -> None:
    assert is_same_request(sent, other)
    assert is_same_request(other, sent)
    assert other in other_spellings(sent, {"x-waws-unencoded-url": other})
    assert sent in other_spellings(other, {"x-original-url": sent})


@pytest.mark.parametrize(
    ("sent", "other"),
    [
        ("/api/TwimlReply?Message=a", "/api/TwimlReply?Message=b"),
        ("/api/TwimlReply?Message=a", "/api/TwimlReply"),
        ("/api/TwimlReply?Message=a", "/api/TwimlMessage?Message=a"),
        ("/api/TwimlReply", "/api/TwimlReply/"),
        ("/api/TwimlReply", "/api/twimlreply"),
        ("/api/TwimlReply", "//api/TwimlReply"),
        ("/api/TwimlReply", "https://app.example/api/TwimlReply"),
        ("/api/TwimlReply?a=1&b=2", "/api/TwimlReply?b=2&a=1"),
        ("/api/TwimlReply?a=1&a=2", "/api/TwimlReply?a=2&a=1"),
        ("/api/TwimlReply?a=1", "/api/TwimlReply?a=1&a=1"),
        ("/api/TwimlReply?a=1&b=2", "/api/TwimlReply?a=1%26b=2"),
        ("/api/TwimlReply?a=1", "/api/TwimlReply%3Fa=1"),
        ("/api/TwimlReply?a=b=c", "/api/TwimlReply?a%3Db=c"),
        ("/api/TwimlReply?a=%2B", "/api/TwimlReply?a=+"),
        ("/api/TwimlReply?a=%25", "/api/TwimlReply?a=%2525"),
        ("/api/TwimlReply?a=%2520", "/api/TwimlReply?a=%20"),
        ("/api/a+b", "/api/a%20b"),
        ("/api/a/b", "/api/a%2Fb"),
        ("/api/a%2fb", "/api/a%2Fb"),
        ("/api/a%5cb", "/api/a%5Cb"),
        ("/api/./a", "/api/%2e/a"),
        ("/api/../a", "/api/%2E%2E/a"),
        ("/api/a", "/api/b/../a"),
        ("/api/TwimlReply?a=%FF", "/api/TwimlReply?a=%FE"),
        ("/api/TwimlReply?a=%FF", "/api/TwimlReply?a=%EF%BF%BD"),
        ("/api/TwimlReply?a=1", "/api/TwimlReply?a=1#"),
        ("/api/TwimlReply?a=1", "/api/TwimlReply?a=1,/api/TwimlReply?a=1"),
        ("/api/TwimlReply?a=1", ""),
        ("/api/TwimlReply?a=1", "x" * 100_000),
    ],
)
def test_any_other_difference_is_a_different_request(sent: str, other: str) -> None:
    assert not is_same_request(sent, other)
    assert not is_same_request(other, sent)
    assert other_spellings(sent, {"x-waws-unencoded-url": other, "x-original-url": other}) == []


def test_long_urls_are_not_compared() -> None:
    longest = "/api/X?".ljust(MAX_CHARS - 4, "a") + "=%20"
    shorter = longest.replace("%20", "+")

    assert is_same_request(longest, shorter)
    for one, other in ((longest, shorter), (shorter, longest)):
        assert not is_same_request(one.replace("?", "?b"), other.replace("?", "?b"))


def test_without_headers_only_apostrophes_have_two_spellings() -> None:
    assert other_spellings("/api/X?a=it's%20b", {}) == ["/api/X?a=it%27s%20b"]
    assert other_spellings("/api/X?a=it%27s", {}) == ["/api/X?a=it's"]
    assert other_spellings("/api/it's?a=b", {}) == []


@given(st.text(), st.text(), st.text())
def test_any_header_can_be_read(sent: str, one: str, other: str) -> None:
    headers = {"x-waws-unencoded-url": one, "x-original-url": other}

    assert sent not in other_spellings(sent, headers)
