"""Match paths to functions with ASP.NET route templates, as Azure Functions does."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import unquote

from local_stack.host.configuration import AppFileError
from local_stack.host.definitions import AuthLevel, Endpoint, default_endpoint
from local_stack.host.http.route_constraints import Accepts, read_constraint

LITERAL, CONSTRAINED, FREE, CONSTRAINED_REST, REST = 1, 2, 3, 4, 5
PARAMETER = re.compile(r"\{(\*{0,2})([A-Za-z_][\w-]*)((?::[^{}:?]+)*)(\??)\}")
# The server doesn't decode an encoded slash, so that it doesn't split a segment.
ENCODED_SLASH = re.compile("(%2f)", re.IGNORECASE)


@dataclass(frozen=True)
class Segment:
    """One segment of a template. `text` is the literal or the parameter's name."""

    text: str
    rank: int
    optional: bool
    accepts: tuple[Accepts, ...]

    @property
    def takes_the_rest(self) -> bool:
        return self.rank in {REST, CONSTRAINED_REST}


@dataclass(frozen=True)
class Route:
    """A function's route, ready to match against a path."""

    function: str
    methods: frozenset[str]
    auth_level: AuthLevel
    pattern: re.Pattern[str]
    parameters: tuple[Segment, ...]
    precedence: tuple[int, ...]

    def values(self, path: str) -> dict[str, str] | None:
        """Return the route's parameters in the decoded `path`; None if it doesn't match."""
        found = self.pattern.fullmatch(path)
        if found is None:
            return None
        values: dict[str, str] = {}
        for parameter, value in zip(self.parameters, found.groups(), strict=True):
            if value:
                if not all(accepts(value) for accepts in parameter.accepts):
                    return None
                values[parameter.text] = value
        return values


@dataclass(frozen=True)
class Match:
    """A route that matches a request, with the values of its parameters."""

    route: Route
    values: Mapping[str, str]


class RouteTable:
    """All routes of an app, literals before parameters."""

    def __init__(self, routes: Sequence[Route]) -> None:
        self._routes = sorted(routes, key=lambda route: route.precedence)

    def match(self, raw_path: str, method: str) -> Match | None:
        """Return the route for a path, as sent and without its query, and a method."""
        path = decode_path(raw_path)
        for route in self._routes:
            if route.methods and method not in route.methods:
                continue
            values = route.values(path)
            if values is not None:
                return Match(route, values)
        return None

    def methods_at(self, raw_path: str) -> list[str]:
        """Return the methods allowed at a path, sorted."""
        path = decode_path(raw_path)
        fitting = [route for route in self._routes if route.values(path) is not None]
        return sorted({method for route in fitting for method in route.methods})


def decode_path(raw_path: str) -> str:
    """Decode percent escapes except the slash's, like the server of Azure's host."""
    if "%" not in raw_path:
        return raw_path
    parts = ENCODED_SLASH.split(raw_path)
    return "".join(part if ENCODED_SLASH.fullmatch(part) else unquote(part) for part in parts)


def build_route(function: str, prefix: str, endpoint: Endpoint) -> Route:
    """Return the route of `function` under the app's prefix.

    Raises AppFileError if the template is invalid or uses something not emulated.
    """
    template = "/".join(part for part in (prefix, endpoint.route) if part)
    segments = [read_segment(text) for text in template.split("/") if text]
    refuse_misplaced(segments, endpoint.route)
    return Route(
        function=function,
        methods=endpoint.methods,
        auth_level=endpoint.auth_level,
        pattern=build_pattern(segments),
        parameters=tuple(segment for segment in segments if segment.rank != LITERAL),
        precedence=tuple(segment.rank for segment in segments),
    )


def refuse_prefix(prefix: str) -> None:
    """Raise AppFileError if no function can have a route under the app's prefix."""
    try:
        build_route("", prefix, default_endpoint("name"))
    except AppFileError as error:
        raise AppFileError(
            f"host.json: the route prefix {prefix} is invalid or not supported locally"
        ) from error


def read_segment(text: str) -> Segment:
    """Read a literal or one whole `{parameter}`."""
    if text in {".", ".."}:
        raise AppFileError(
            f"function.json: the route part {text} never matches: clients resolve it first"
        )
    if "{" not in text and "}" not in text:
        return Segment(text, LITERAL, optional=False, accepts=())
    found = PARAMETER.fullmatch(text)
    if found is None:
        raise AppFileError(f"function.json: the route part {text} isn't supported locally")
    stars, name, constraints, question = found.groups()
    accepts: list[Accepts] = []
    for constraint in constraints.split(":")[1:]:
        accept = read_constraint(constraint)
        if accept is None:
            raise AppFileError(
                f"function.json: the route constraint {constraint} isn't supported locally"
            )
        accepts.append(accept)
    rank = REST if stars else FREE
    return Segment(name, rank - bool(accepts), optional=bool(question), accepts=tuple(accepts))


def refuse_misplaced(segments: Sequence[Segment], route: str) -> None:
    """Require that only optional segments follow an optional one, and none a catch-all."""
    for before, after in pairwise(segments):
        if before.takes_the_rest or (before.optional and not after.optional):
            raise AppFileError(
                f"function.json: the route {route} is invalid: {before.text} must be at the end"
            )


def build_pattern(segments: Sequence[Segment]) -> re.Pattern[str]:
    """Return a pattern for the whole decoded path; one trailing slash is allowed."""
    pattern = closing = ""
    for segment in segments:
        if segment.rank == LITERAL:
            pattern += "/" + re.escape(segment.text)
        elif segment.takes_the_rest:
            pattern += "(?:/(.*))?"
        elif segment.optional:
            pattern += "(?:/([^/]+)"
            closing += ")?"
        else:
            pattern += "/([^/]+)"
    return re.compile(f"{pattern}{closing}/?", re.IGNORECASE | re.DOTALL)
