"""Route templates, their constraints, and which function answers."""

import string
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_stack.host.app.function_file import Endpoint
from local_stack.host.app.json_file import AppFileError
from local_stack.host.routing.constraints import BrokenConstraintError
from local_stack.host.routing.paths import decode_path
from local_stack.host.routing.routes import Route, RouteTable, build_route

Methods = frozenset[str] | None


def route(template: str, name: str = "One", methods: Methods = None, prefix: str = "api") -> Route:
    """Return the route of a function."""
    return build_route(name, prefix, Endpoint(template, methods, "anonymous"))


def values_of(template: str, path: str, prefix: str = "api") -> dict[str, str] | None:
    """Return the values of a template's parameters in a path as sent; None without a match."""
    match = RouteTable([route(template, prefix=prefix)]).match(decode_path(path), "GET")
    return None if match is None else dict(match.values)


@pytest.mark.parametrize(
    ("template", "path"),
    [
        ("{a}-{b}-{c}-{d}.x", f"/api/{'-' * 8000}.y"),
        ("{a:regex(^(x+)+$)}", f"/api/{'x' * 60}y"),
    ],
)
def test_a_template_that_backtracks_without_end_is_given_up(template: str, path: str) -> None:
    with pytest.raises(BrokenConstraintError, match="takes too long"):
        values_of(template, path)


@pytest.mark.parametrize(
    ("template", "path", "values"),
    [
        ("shop", "/api/shop", {}),
        ("shop", "/API/Shop/", {}),
        ("SHOP/Cart", "/api/shop/cart", {}),
        ("shop", "/api/%73hop", {}),
        ("shop/", "/api/shop", {}),
        ("shop.js", "/api/shop.js", {}),
        ("~/attic", "/api/~/attic", {}),
        ("two words", "/api/two%20words", {}),
        ("łódka/wół", "/api/%C5%82%c3%b3dka/w%C3%B3%C5%82", {}),
        ("half%20half", "/api/half%2520half", {}),
        ("{{x}}", "/api/%7Bx%7D", {}),
        ("car/{plate}", "/api/car/KR1", {"plate": "KR1"}),
        ("car/{plate}", "/api/car/a%2Fb%20c", {"plate": "a%2Fb c"}),
        ("car/{plate}", "/api/car/a+b", {"plate": "a+b"}),
        ("car/{Plate}", "/api/CAR/x", {"Plate": "x"}),
        ("{a}/{b}/{c}", "/api/x/1/2", {"a": "x", "b": "1", "c": "2"}),
        ("car/{plate?}", "/api/car", {}),
        ("car/{plate?}", "/api/car/", {}),
        ("car/{a?}/{b?}", "/api/car/1", {"a": "1"}),
        ("car/{a?}/{b?}", "/api/car/1/2", {"a": "1", "b": "2"}),
        ("car/{a?}/wheel", "/api/car/1/wheel", {"a": "1"}),
        ("car/{color=red}", "/api/car", {"color": "red"}),
        ("car/{color=red}", "/api/car/blue", {"color": "blue"}),
        ("car/{color=red}/{size=2}", "/api/car/blue", {"color": "blue", "size": "2"}),
        ("car/{n:int=7}", "/api/car", {"n": "7"}),
        ("logs/{*path}", "/api/logs", {}),
        ("logs/{*path}", "/api/logs/", {}),
        ("logs/{*path}", "/api/logs/1/2/", {"path": "1/2/"}),
        ("logs/{**path}", "/api/logs/1//2", {"path": "1//2"}),
        ("logs/{*path=all}", "/api/logs", {"path": "all"}),
        ("logs/{*path}", "/api/logs/1/../2", {"path": "2"}),
        ("f/{name}.{ext}", "/api/f/a.b.txt", {"name": "a.b", "ext": "txt"}),
        ("f/{name}.{ext?}", "/api/f/a.b.txt", {"name": "a.b", "ext": "txt"}),
        ("f/{name}.{ext?}", "/api/f/a", {"name": "a"}),
        ("v{major}-{minor}", "/api/v1-2", {"major": "1", "minor": "2"}),
        ("v{major}/x", "/api/V10/x", {"major": "10"}),
        ("car/{n:int}", "/api/car/-12", {"n": "-12"}),
        ("car/{n:int}", "/api/car/+12", {"n": "+12"}),
        ("car/{n:int}", "/api/car/%2012", {"n": " 12"}),
        ("car/{n:int}", "/api/car/12%09", {"n": "12\t"}),
        ("car/{n:int}", "/api/car/2147483647", {"n": "2147483647"}),
        ("car/{n:int:min(10)}", "/api/car/12", {"n": "12"}),
        ("car/{n:max(10)}", "/api/car/-99", {"n": "-99"}),
        ("car/{n:range(1,12)?}", "/api/car/12", {"n": "12"}),
        ("car/{n:range(1,12)?}", "/api/car", {}),
        ("car/{n:long}", "/api/car/2147483648", {"n": "2147483648"}),
        ("car/{b:bool}", "/api/car/True", {"b": "True"}),
        ("car/{b:bool}", "/api/car/FALSE", {"b": "FALSE"}),
        ("car/{x:alpha}", "/api/car/abC", {"x": "abC"}),
        ("car/{x:length(2,3)}", "/api/car/abc", {"x": "abc"}),
        ("car/{x:length(3)}", "/api/car/abc", {"x": "abc"}),
        ("car/{x:minlength(2)}", "/api/car/abc", {"x": "abc"}),
        ("car/{x:maxlength(2)}", "/api/car/ab", {"x": "ab"}),
        ("car/{x:decimal}", "/api/car/1.50", {"x": "1.50"}),
        ("car/{x:double}", "/api/car/1e3", {"x": "1e3"}),
        ("car/{x:datetime}", "/api/car/2031-05-06", {"x": "2031-05-06"}),
        ("car/{x:datetime}", "/api/car/2031-05-06T07%3A08", {"x": "2031-05-06T07:08"}),
        ("car/{x:regex(^k.t$)}", "/api/car/KIT", {"x": "KIT"}),
        ("car/{x:regex(^[0-9]{{2}}$)}", "/api/car/12", {"x": "12"}),
        ("car/{x:regex(b)}", "/api/car/abc", {"x": "abc"}),
        ("car/{x:required}", "/api/car/1", {"x": "1"}),
        ("car/{x:file}", "/api/car/a.css", {"x": "a.css"}),
        ("car/{x:nonfile}", "/api/car/a", {"x": "a"}),
        (
            "car/{x:guid}",
            "/api/car/0f8fad5b-d9cb-469f-a165-70867728950e",
            {"x": "0f8fad5b-d9cb-469f-a165-70867728950e"},
        ),
        (
            "car/{x:guid}",
            "/api/car/(0f8fad5b-d9cb-469f-a165-70867728950e)",
            {"x": "(0f8fad5b-d9cb-469f-a165-70867728950e)"},
        ),
        (
            "car/{x:guid}",
            "/api/car/0F8FAD5BD9CB469FA16570867728950E",
            {"x": "0F8FAD5BD9CB469FA16570867728950E"},
        ),
    ],
)
def test_a_path_matches(template: str, path: str, values: dict[str, str]) -> None:
    assert values_of(template, path) == values


@pytest.mark.parametrize(
    ("template", "path"),
    [
        ("shop", "/shop"),
        ("shop", "/api"),
        ("shop", "/api/shops"),
        ("shop", "/api/shop/cart"),
        ("shop", "/api//shop"),
        ("shop", "/api/shop//"),
        ("s.op", "/api/shop"),
        ("two words", "/api/two+words"),
        ("half%20half", "/api/half%20half"),
        ("car/{plate}", "/api/car"),
        ("car/{plate}", "/api/car/"),
        ("car/{plate}", "/api/car/1/2"),
        ("car/{plate}", "/api/car%2F1"),
        ("car/{a?}/wheel", "/api/car/wheel"),
        ("f/{name}.{ext}", "/api/f/a"),
        ("v{major}-{minor}", "/api/v1"),
        ("car/{n:int}", "/api/car/one"),
        ("car/{n:int}", "/api/car/2147483648"),
        ("car/{n:int}", "/api/car/1,000"),
        ("car/{n:int}", "/api/car/\u0663"),
        ("car/{n:long}", "/api/car/" + "9" * 5000),
        ("car/{n:int:min(10)}", "/api/car/9"),
        ("car/{n:range(1,12)}", "/api/car/13"),
        ("car/{b:bool}", "/api/car/1"),
        ("car/{x:alpha}", "/api/car/a1"),
        ("car/{x:alpha}", "/api/car/%C5%82"),
        ("car/{x:length(2,3)}", "/api/car/abcd"),
        ("car/{x:guid}", "/api/car/none"),
        ("car/{x:decimal}", "/api/car/1e3"),
        ("car/{x:datetime}", "/api/car/yesterday"),
        ("car/{x:regex(^k.t$)}", "/api/car/kits"),
        ("car/{x:file}", "/api/car/css"),
        ("car/{x:nonfile}", "/api/car/a.css"),
    ],
)
def test_a_path_does_not_match(template: str, path: str) -> None:
    assert values_of(template, path) is None


@pytest.mark.parametrize(
    ("prefix", "template", "path", "values"),
    [
        ("", "shop", "/shop", {}),
        ("", "/", "/", {}),
        ("", "{*all}", "/a/b", {"all": "a/b"}),
        ("", "/shop", "/shop", {}),
        ("v7", "shop", "/V7/SHOP", {}),
        ("v7", "shop", "/api/shop", None),
        ("of/{client}", "shop", "/of/anna/shop", {"client": "anna"}),
        ("api", "api/shop", "/api/shop", None),
        ("api", "api/shop", "/api/api/shop", {}),
    ],
)
def test_the_prefix_is_part_of_the_template(
    prefix: str, template: str, path: str, values: dict[str, str] | None
) -> None:
    assert values_of(template, path, prefix) == values


def test_the_first_function_by_name_answers_literal_or_not() -> None:
    for names, first in ((("Alpha", "beta"), "Alpha"), (("zeta", "Beta"), "Beta")):
        routes = [route("items/list", names[0]), route("items/{id}", names[1])]
        match = RouteTable(routes).match("/api/items/list", "GET")
        assert match is not None
        assert match.route.function == first


@pytest.mark.parametrize(
    ("method", "function"),
    [("GET", "Read"), ("get", "Read"), ("POST", "Write"), ("PUT", "Zany"), ("PURGE", "Zany")],
)
def test_functions_can_share_a_path_by_method(method: str, function: str) -> None:
    routes = [
        route("items", "Zany"),
        route("items", "Write", frozenset({"POST"})),
        route("items", "Read", frozenset({"GET"})),
        route("items", "Never", frozenset()),
    ]

    match = RouteTable(routes).match("/api/items", method)

    assert match is not None
    assert match.route.function == function


def test_a_function_behind_the_same_route_is_named() -> None:
    everything, get = None, frozenset({"GET"})
    routes = [route("a", "One", get), route("A", "Two", everything), route("a", "Zed", get)]

    assert RouteTable(routes).hidden() == [("Zed", "One")]


@pytest.mark.parametrize(
    "template",
    [
        "{plate",
        "plate}",
        "{}",
        "{a/b}",
        "{a}{b}",
        "{a}/{A}",
        "a?b",
        "a//b",
        "/a",
        "{*rest}/x",
        "x{*rest}",
        "{*rest?}",
        "{a?}b",
        "{a}-{b?}",
        "{a=1?}",
        "{a:nope}",
        "{a:range(5)}",
        "{a:min(x)}",
        "{a:length(1,2,3)}",
    ],
)
def test_a_template_that_aspnet_refuses_stops_the_app(template: str) -> None:
    with pytest.raises(AppFileError) as caught:
        route(template, "Broken")

    assert f"the route api/{template} is invalid" in str(caught.value)
    assert "An error occurred while creating the route with name 'Broken'" in caught.value.azure


def test_an_invalid_regular_expression_fails_when_it_is_used() -> None:
    with pytest.raises(BrokenConstraintError):
        values_of("{a:regex([)}", "/api/a")


LITERALS = st.text(string.ascii_letters + string.digits + "-_. ~żó", min_size=1).filter(
    lambda text: text.strip(".")
)
VALUES = st.text(
    st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=20
).filter(lambda text: text not in {".", ".."})


@given(st.lists(st.tuples(st.booleans(), LITERALS, VALUES), min_size=1, max_size=6))
def test_a_path_made_from_a_template_gives_the_values_back(
    parts: list[tuple[bool, str, str]],
) -> None:
    template, path, values = list[str](), list[str](), dict[str, str]()
    for number, (is_literal, literal, value) in enumerate(parts):
        template.append(literal if is_literal else f"{{p{number}}}")
        path.append(quote((literal.upper() if is_literal else value), safe=""))
        if not is_literal:
            values[f"p{number}"] = value

    assert values_of("/".join(template), "/api/" + "/".join(path)) == values
