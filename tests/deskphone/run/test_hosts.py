"""Which hosts are Twilio's, and which path their requests get."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskphone.rest.other_products import PRODUCTS, is_rest
from deskphone.run.hosts import host_of, is_twilio, prefix_of

LABELS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True)


@given(st.lists(LABELS, min_size=1, max_size=5))
def test_every_region_and_edge_is_twilios(labels: list[str]) -> None:
    assert is_twilio(".".join([*labels, "twilio.com"]))


@pytest.mark.parametrize(
    "host",
    ["twilio.com", "twilio.com.example", "api.twilio.com.example", "nottwilio.com", "", "a b"],
)
def test_other_hosts_are_not_twilios(host: str) -> None:
    assert not is_twilio(host)


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("API.twilio.com:443", "api.twilio.com"),
        ("api.twilio.com", "api.twilio.com"),
        ("api.twilio.com.", "api.twilio.com"),
        ("[::1]:443", "[::1]"),
    ],
)
def test_host_has_no_port(text: str, host: str) -> None:
    assert host_of(text) == host


@pytest.mark.parametrize("host", ["api.twilio.com", "api.dublin.ie1.twilio.com"])
def test_paths_of_the_api_stay(host: str) -> None:
    assert prefix_of(host, "/2010-04-01/Accounts.json") == ""


def test_auth_tokens_keep_their_path() -> None:
    assert prefix_of("accounts.twilio.com", "/v1/AuthTokens/Secondary") == ""


@pytest.mark.parametrize("product", sorted(one for one in PRODUCTS if one.islower()))
def test_path_names_another_product(product: str) -> None:
    assert prefix_of(f"{product}.us1.twilio.com", "/v1/Services") == f"/{product}"


@given(st.lists(LABELS, min_size=1, max_size=3), st.from_regex(r"/[a-z0-9/]*", fullmatch=True))
def test_no_other_part_of_the_emulator_is_reached(labels: list[str], path: str) -> None:
    host = ".".join([*labels, "twilio.com"])

    assert is_rest(prefix_of(host, path) + path)
