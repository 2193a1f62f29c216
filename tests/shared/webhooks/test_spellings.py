"""Equivalent URLs: only the percent-encoding may differ."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.webhooks.spellings import (
    MAX_CHARS,
    MAX_SIGNED_CHARS,
    MAX_SPELLINGS,
    is_same_request,
    other_spellings,
)


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


def test_without_headers_a_single_apostrophe_has_one_other_spelling() -> None:
    assert other_spellings("/api/X?a=it's%20b", {}) == ["/api/X?a=it%27s%20b"]
    assert other_spellings("/api/X?a=it%27s", {}) == ["/api/X?a=it's"]
    assert other_spellings("/api/it's?a=b", {}) == []


SIP_CALL = "/api/X?From=sip%3A1001%40pbx&To=sip%3A1002%40pbx&Url=https%3A//a&Name=it%27s"
SIGNED_DIFFERENTLY = [
    "/api/X?From=sip:1001@pbx&To=sip:1002@pbx&Url=https://a&Name=it's",
    "/api/X?From=sip:1001@pbx&To=sip%3A1002%40pbx&Url=https%3A//a&Name=it%27s",
    "/api/X?From=sip%3A1001@pbx&To=sip%3A1002@pbx&Url=https%3A//a&Name=it%27s",
    "/api/X?From=sip%3A1001@pbx&To=sip:1002%40pbx&Url=https%3A//a&Name=it's",
]


@pytest.mark.parametrize("signed", SIGNED_DIFFERENTLY)
def test_each_character_of_each_parameter_may_be_signed_differently(signed: str) -> None:
    assert signed in other_spellings(SIP_CALL, {})
    assert SIP_CALL in other_spellings(signed, {})


def test_parameters_before_twilios_may_keep_their_spelling() -> None:
    own = "/api/X?" + "&".join(f"Url{n}=https%3A//a" for n in range(10))
    twilios = "".join(f"&{name}=sip%3A1%40a" for name in ("From", "To", "Caller", "Called"))
    signed = own + twilios.replace("%3A", ":").replace("%40", "@")

    assert signed in other_spellings(own + twilios, {})


@pytest.mark.parametrize("signed", SIGNED_DIFFERENTLY)
def test_the_original_url_is_spelled_in_other_ways_too(signed: str) -> None:
    sent = SIP_CALL.replace("sip%3A1001", "%73ip%3A1001")

    assert signed in other_spellings(sent, {"x-original-url": SIP_CALL})


@pytest.mark.parametrize("count", [1, 4, 10, 100, 1000])
@pytest.mark.parametrize("extra_chars", [0, 40_000, 1_000_000])
def test_a_request_has_few_spellings_and_a_long_one_fewer(count: int, extra_chars: int) -> None:
    sent = "/api/X?" + "&".join(["a=%3A%40'"] * count)
    others = other_spellings(sent, {}, extra_chars=extra_chars)

    assert len(others) == len(set(others)) <= MAX_SPELLINGS
    assert len(others) <= 2 or len(others) * (len(sent) + extra_chars) <= MAX_SIGNED_CHARS


@given(st.lists(st.text("%3A4027:@'a=+"), max_size=5).map("&".join))
def test_another_spelling_is_the_same_request(query: str) -> None:
    sent = f"/api/X?{query}"

    for other in other_spellings(sent, {}):
        assert is_same_request(sent, other) or not is_same_request(sent, sent)


@given(st.text(), st.text(), st.text())
def test_any_header_can_be_read(sent: str, one: str, other: str) -> None:
    headers = {"x-waws-unencoded-url": one, "x-original-url": other}

    assert sent not in other_spellings(sent, headers)
