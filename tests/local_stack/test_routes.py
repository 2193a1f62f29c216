"""Route templates and paths."""

import pytest

from local_stack.host.app.function_file import Endpoint
from local_stack.host.app.json_file import AppFileError
from local_stack.host.routing.paths import decode_path
from local_stack.host.routing.routes import Route, RouteTable, build_route


def route(template: str, *methods: str, prefix: str = "api") -> Route:
    """Return a route whose function has the template as its name."""
    allowed = frozenset(methods) if methods else None
    return build_route(template, prefix, Endpoint(template, allowed, "anonymous"))


def found(path: str, *templates: str, method: str = "GET") -> tuple[str, dict[str, str]] | None:
    """Return which template matches a path, and the values of its parameters."""
    match = RouteTable([route(template) for template in templates]).match(decode_path(path), method)
    return (match.route.function, dict(match.values)) if match else None


@pytest.mark.parametrize(
    ("path", "template", "values"),
    [
        ("/api/a", "a", {}),
        ("/API/A/", "a", {}),
        ("/api/%61", "a", {}),
        ("/api/x/1", "x/{p}", {"p": "1"}),
        ("/api/x/a%2Fb%20c", "x/{p}", {"p": "a%2Fb c"}),
        ("/api/x/1/2", "{a}/{b}/{c}", {"a": "x", "b": "1", "c": "2"}),
        ("/api/x", "x/{p?}", {}),
        ("/api/x/1", "x/{p?}/{q?}", {"p": "1"}),
        ("/api/x/1/2", "x/{p?}/{q?}", {"p": "1", "q": "2"}),
        ("/api/x", "x/{*rest}", {}),
        ("/api/x/1/2/", "x/{*rest}", {"rest": "1/2/"}),
        ("/api/x/-12", "x/{p:int}", {"p": "-12"}),
        ("/api/x/12", "x/{p:int:min(10)}", {"p": "12"}),
        ("/api/x/12", "x/{p:range(1,12)?}", {"p": "12"}),
        ("/api/x/True", "x/{p:bool}", {"p": "True"}),
        ("/api/x/abc", "x/{p:length(2,3)}", {"p": "abc"}),
        ("/api/a.b", "a.b", {}),
    ],
)
def test_a_path_matches(path: str, template: str, values: dict[str, str]) -> None:
    assert found(path, template) == (template, values)


@pytest.mark.parametrize(
    ("path", "template"),
    [
        ("/a", "a"),
        ("/api/a/b", "a"),
        ("/api//a", "a"),
        ("/api/axb", "a.b"),
        ("/api/x", "x/{p}"),
        ("/api/x/", "x/{p}"),
        ("/api/x/1/2", "x/{p}"),
        ("/api/x%2Fa", "x/{p}"),
        ("/api/x/one", "x/{p:int}"),
        ("/api/x/2147483648", "x/{p:int}"),
        ("/api/x/" + "9" * 5000, "x/{p:long}"),
        ("/api/x/9", "x/{p:int:min(10)}"),
        ("/api/x/a1", "x/{p:alpha}"),
        ("/api/x/13", "x/{p:range(1,12)}"),
        ("/api/x/no", "x/{p:guid}"),
    ],
)
def test_a_path_does_not_match(path: str, template: str) -> None:
    assert found(path, template) is None


def test_the_first_function_by_name_answers_literal_or_not() -> None:
    listed = Endpoint("items/list", None, "anonymous")
    item = Endpoint("items/{id}", None, "anonymous")

    for names, first in ((("Alpha", "beta"), "Alpha"), (("zeta", "Beta"), "Beta")):
        routes = [build_route(names[0], "api", listed), build_route(names[1], "api", item)]
        match = RouteTable(routes).match("/api/items/list", "GET")
        assert match is not None
        assert match.route.function == first


def test_two_functions_can_share_a_path_by_method() -> None:
    read = build_route("Read", "api", Endpoint("items", frozenset({"GET"}), "anonymous"))
    write = build_route("Write", "api", Endpoint("items", frozenset({"POST"}), "anonymous"))
    table = RouteTable([read, write])

    for method, function in (("GET", "Read"), ("POST", "Write")):
        match = table.match("/api/items", method)
        assert match is not None
        assert match.route.function == function
    assert table.match("/api/items", "PUT") is None


def test_an_empty_prefix_puts_routes_at_the_root() -> None:
    table = RouteTable([route("a", prefix="")])

    assert table.match("/a", "GET") is not None
    assert table.match("/api/a", "GET") is None


@pytest.mark.parametrize("template", ["{p", "{p:nope}", "{p:min(a)}", "{*rest}/x", "a//b"])
def test_a_template_that_aspnet_refuses_is_named_with_its_function(template: str) -> None:
    with pytest.raises(AppFileError, match="is invalid, and in Azure that stops the whole app"):
        route(template)
