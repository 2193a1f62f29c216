"""The parts of a request's URL, as sent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.http.urls import path_and_query, query_of


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://host/api/X?a=1&b=%20+", "/api/X?a=1&b=%20+"),
        ("http://127.0.0.1:7071/api/X", "/api/X"),
        ("/api/X?u=http://a/b", "/api/X?u=http://a/b"),
        ("https://host", "/"),
        ("https://host?a=/b", "?a=/b"),
        ("https://[bad/api/X", "/api/X"),
        ("https://host/api/X?a=1#rc=2", "/api/X?a=1"),
    ],
)
def test_the_path_and_query_stay_as_they_were_sent(url: str, expected: str) -> None:
    assert path_and_query(url) == expected


@given(st.text())
def test_any_url_can_be_split(text: str) -> None:
    assert "#" not in path_and_query(f"https://{text}")
    assert query_of(f"https://host/?{text}") == text.partition("#")[0]
