"""The user's own proxy."""

import pytest

from deskphone.run.upstream import Upstream, UpstreamError, local_hosts, upstreams_of


def test_without_variables_connections_are_direct() -> None:
    assert upstreams_of({}) == (None, None)


def test_proxy_of_each_scheme_is_used() -> None:
    found = upstreams_of({"HTTPS_PROXY": "http://one:8080", "http_proxy": "http://two"})

    assert found == (Upstream("one", 8080), Upstream("two", 80))


def test_password_becomes_a_header() -> None:
    found = upstreams_of({"https_proxy": "http://me:a%20b@one:1"})

    assert found.https == Upstream("one", 1, "Basic bWU6YSBi")


@pytest.mark.parametrize("url", ["socks5://one:1080", "https://one", "http://one:port", "http://"])
def test_unsupported_proxy_is_refused_by_name(url: str) -> None:
    with pytest.raises(UpstreamError, match="HTTPS_PROXY"):
        upstreams_of({"HTTPS_PROXY": url})


def test_exception_for_all_hosts_connects_directly() -> None:
    assert upstreams_of({"HTTPS_PROXY": "http://one:8080", "NO_PROXY": "*"}) == (None, None)


def test_local_hosts_are_never_proxied() -> None:
    assert {"localhost", "127.0.0.1", "::1"} <= {*local_hosts({}).split(",")}


def test_own_exceptions_are_kept() -> None:
    assert local_hosts({"NO_PROXY": "example.com, 10.0.0.1"}).startswith("example.com,10.0.0.1,")


@pytest.mark.parametrize(
    "entry", ["*", "twilio.com", ".twilio.com", "*.twilio.com", "API.TWILIO.COM:443", "com"]
)
def test_twilio_is_never_an_exception(entry: str) -> None:
    assert local_hosts({"no_proxy": entry}) == local_hosts({})
