"""Query strings as a function sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_stack.host.http.requests import join_values, parse_query
from tests.local_stack.like_azure.code import ECHO

if TYPE_CHECKING:
    from tests.local_stack.like_azure.conftest import Serve

ROWS: list[tuple[str, dict[str, str]]] = [
    ("", {}),
    ("a=1", {"a": "1"}),
    ("a=1&a=2", {"a": "1,2"}),
    ("a=1&A=2", {"A": "1,2"}),
    ("Tag=1&tag=2&TAG=3", {"tag": "1,2,3"}),
    ("a=&b", {}),
    ("a=&a=1", {"a": "1"}),
    ("a=1&a=&a=2", {"a": "1,2"}),
    ("&&a=1&", {"a": "1"}),
    ("a=b=c", {"a": "b=c"}),
    ("a=1;b=2", {"a": "1;b=2"}),
    ("a+b=c+d", {"a b": "c d"}),
    ("a=%2B%26", {"a": "+&"}),
    ("%61=1", {"a": "1"}),
    ("a=%C3%A9", {"a": "é"}),
    ("a=%FF%20x", {"a": "%FF%20x"}),
    ("a=%zz", {"a": "%zz"}),
    ("a=%", {"a": "%"}),
    ("a=1%2C2&a=3", {"a": "1,2,3"}),
    ("a=%00b", {"a": "\0b"}),
    ("=1", {"": "1"}),
    ("a[]=1&a[]=2", {"a[]": "1,2"}),
    ("code=secret&a=1", {"code": "secret", "a": "1"}),
    ("a?b=1", {"a?b": "1"}),
    ('q="<>"', {"q": '"<>"'}),
]


@pytest.mark.parametrize(("query", "params"), ROWS)
def test_params_are_those_of_the_functions_host(query: str, params: dict[str, str]) -> None:
    assert join_values(parse_query(query)) == params


def test_a_function_sees_the_params_and_the_query_as_sent(serve: Serve) -> None:
    host = serve(lambda app: app.add("Seen", ECHO))

    for query, params in ROWS:
        seen = host.get(f"/api/Seen?{query}").json()
        assert seen["params"] == params
        assert seen["url"] == f"http://127.0.0.1:{host.port}/api/Seen?{query}"


@given(st.text())
def test_any_text_can_be_read(query: str) -> None:
    for name, value in join_values(parse_query(query)).items():
        assert isinstance(name, str)
        assert value
