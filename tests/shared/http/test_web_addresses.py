"""URLs from callers: public host names pass; IP addresses and private names don't."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import InvalidRequestError
from shared.http.web_addresses import MAX_CHARS, media_url, twiml_url

PUBLIC = [
    "https://bot.example/voice",
    "HTTPS://BOT.EXAMPLE",
    "https://bot.example:8443/voice?Options[1]=a%20b&x='(y)'#rc=2&rp=5xx",
    "https://user:pass%40word@bot.example/voice",
    "https://xn--bcher-kva.example/",
    "https://a-b.c1.co.uk?x",
    "https://8.8.8.8.nip.io.example/",
    f"https://{'a' * 63}.example/",
]
ADDRESSES = [
    "127.0.0.1",
    "169.254.169.254",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0x7f.0x0.0x0.0x1",
    "0177.0.0.1",
    "bot.example.127.0.0.0x1",
    "8.8.8.8",
    "127.0.0.1.",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[fe80::1%25eth0]",
    "::1",
]
PRIVATE_NAMES = [
    "localhost",
    "localhost.",
    "LocalHost",
    "app.localhost",
    "intranet",
    "a",
    "db.internal",
    "db.INTERNAL",
    "printer.local",
    "nas.lan",
    "x.invalid",
    "x.test",
    "router.home.arpa",
    "1.0.0.127.in-addr.arpa",
    "abcdefghijklmnop.onion",
]
TRICKS = [
    "good.example@127.0.0.1",
    "good.example:443@127.0.0.1",
    "good.example@bot.example@127.0.0.1",
    "good.example\\@127.0.0.1",
    "127.0.0.1\\.good.example",
    "127.0.0.1%2f.good.example",
    "127.0.0.1%00.good.example",
    "loc%61lhost",
    "%31%32%37.0.0.1",
    "good.example.",
    "good..example",
    ".good.example",
    "-good.example",
    "good-.example",
    "under_score.example",
    "b\u00fccher.example",
    "\uff11\uff12\uff17.0.0.1",
    "good\u3002example",
    "good.example\n.127.0.0.1",
    "good.example:0",
    "good.example:65536",
    "good.example:port",
    "good.example:80:80",
    "good.example:",
    "",
    "@",
    ":443",
    f"{'a' * 64}.example",
    ".".join(["a" * 60] * 5) + ".example",
]

NO_WEB_URLS = [
    "bot.example",
    "//bot.example/",
    "/voice",
    "https:bot.example",
    "https:/bot.example/",
    "ftp://bot.example/",
    "wss://bot.example",
    "javascript:alert(1)",
    "file:///etc/passwd",
    " https://bot.example",
    "https://bot.example/a b",
    "https://bot.example/\u00fc",
    "https://bot.example/\r\nA: b",
    "https://bot.example/<x>",
    "https://bot.example/\\..",
    "https://bot.example/?Message=100%",
    "https://bot.example/a%SPACE%b",
    "https://us%er@bot.example/",
]


def is_taken(check: Callable[..., str], text: str, *, has_local_stack: bool = False) -> bool:
    try:
        return check(text, has_local_stack=has_local_stack, field="url") == text
    except InvalidRequestError as error:
        return error.field != "url"


@pytest.mark.parametrize("check", [media_url, twiml_url])
@pytest.mark.parametrize("url", PUBLIC)
def test_an_https_url_of_a_public_host_passes(check: Callable[..., str], url: str) -> None:
    assert is_taken(check, url)


@pytest.mark.parametrize("check", [media_url, twiml_url])
@pytest.mark.parametrize("host", [*ADDRESSES, *PRIVATE_NAMES, *TRICKS])
def test_no_other_host_passes(check: Callable[..., str], host: str) -> None:
    assert not is_taken(check, f"https://{host}/voice")
    assert not is_taken(check, f"https://{host}")
    assert not is_taken(check, f"https://user@{host}/")


@pytest.mark.parametrize("url", NO_WEB_URLS)
def test_other_texts_are_not_http_urls(url: str) -> None:
    assert not is_taken(media_url, url, has_local_stack=True)
    assert not is_taken(twiml_url, url, has_local_stack=True)


@pytest.mark.parametrize("check", [media_url, twiml_url])
@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("b\u00fccher.example", "xn--bcher-kva.example"),
        ("B\u00dcCHER.example", "xn--bcher-kva.example"),
        ("stra\u00dfe.example", "xn--strae-oqa.example"),
        ("user:b\u00fc@\u4f8b.example:8443", "xn--fsq.example"),
    ],
)
def test_the_ascii_form_of_an_international_host_name_is_named(
    check: Callable[..., str], host: str, name: str
) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        check(f"https://{host}/\u00fc.png", has_local_stack=True, field="url")

    assert f"`{name}`" in refused.value.detail
    assert is_taken(check, f"https://{name}/")


@pytest.mark.parametrize(
    "host", ["\uff11\uff12\uff17.0.0.1", "\u00fc", "\u00fc..example", "\u00fc" * 80]
)
def test_a_host_name_without_a_public_ascii_form_is_refused_as_usual(host: str) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        media_url(f"https://{host}/", has_local_stack=False, field="url")

    assert "public host name" in refused.value.detail


@pytest.mark.parametrize("separator", [",", ", ", ";", " ", "\n", " | "])
@pytest.mark.parametrize("first", ["https://a.example/1,2.png", "HTTP://a.example"])
def test_several_urls_in_one_string_are_named(first: str, separator: str) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        media_url(f"{first}{separator}https://b.example", has_local_stack=False, field="url")

    assert "several URLs" in refused.value.detail


def test_a_url_may_contain_another_one() -> None:
    assert is_taken(media_url, "https://a.example/f,w_100/https://b.example/1,2.png")


def test_media_can_use_http_and_documents_cannot() -> None:
    assert is_taken(media_url, "http://bot.example/cat.png")
    assert not is_taken(twiml_url, "http://bot.example/voice")


@pytest.mark.parametrize("check", [media_url, twiml_url])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:7071", "[::1]:7071", "127.1:1"])
def test_loopback_passes_only_with_the_local_stack(check: Callable[..., str], host: str) -> None:
    for scheme in ("http", "https"):
        assert is_taken(check, f"{scheme}://{host}/voice", has_local_stack=True)
        assert not is_taken(check, f"{scheme}://{host}/voice")


@pytest.mark.parametrize("host", ["169.254.169.254", "10.0.0.1", "db.internal", "127.0.0.1:0"])
def test_the_local_stack_does_not_allow_other_private_hosts(host: str) -> None:
    assert not is_taken(twiml_url, f"https://{host}/", has_local_stack=True)


def test_the_length_of_a_url_is_limited() -> None:
    longest = "https://bot.example/".ljust(MAX_CHARS, "a")
    on_the_desk = "https://127.0.0.1/".ljust(MAX_CHARS, "a")

    assert is_taken(twiml_url, longest)
    assert is_taken(twiml_url, on_the_desk, has_local_stack=True)
    for has_local_stack in (False, True):
        assert not is_taken(twiml_url, f"{longest}a", has_local_stack=has_local_stack)
        assert not is_taken(twiml_url, f"{on_the_desk}a", has_local_stack=has_local_stack)


@given(st.text(), st.booleans())
def test_any_text_is_accepted_or_refused(text: str, has_local_stack: bool) -> None:
    is_taken(twiml_url, f"https://{text}", has_local_stack=has_local_stack)
    is_taken(media_url, text, has_local_stack=has_local_stack)
