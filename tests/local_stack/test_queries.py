"""Query strings as a function sees them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_stack.host.http.requests import join_values, parse_query


@pytest.mark.parametrize(
    ("query", "params"),
    [
        ("", {}),
        ("a=1", {"a": "1"}),
        ("a=1&a=2", {"a": "1,2"}),
        ("a=1&A=2", {"A": "1,2"}),
        ("a=&b", {}),
        ("a=&a=1", {"a": "1"}),
        ("&&a=1&", {"a": "1"}),
        ("a=b=c", {"a": "b=c"}),
        ("a+b=c+d", {"a b": "c d"}),
        ("a=%2B%26", {"a": "+&"}),
        ("a=%C3%A9", {"a": "é"}),
        ("a=%FF%20x", {"a": "%FF%20x"}),
        ("a=%zz", {"a": "%zz"}),
        ("=1", {"": "1"}),
    ],
)
def test_params_are_those_of_the_functions_host(query: str, params: dict[str, str]) -> None:
    assert join_values(parse_query(query)) == params


@given(st.text())
def test_any_text_can_be_read(query: str) -> None:
    for name, value in join_values(parse_query(query)).items():
        assert isinstance(name, str)
        assert value
