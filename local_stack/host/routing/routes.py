"""Match paths to functions, in the order of the functions' names."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from local_stack.host.app.function_file import AuthLevel, Endpoint
from local_stack.host.app.json_file import AppFileError
from local_stack.host.routing.constraints import (
    Accepts,
    BrokenConstraintError,
    ConstraintError,
    is_regex,
    read_constraint,
)
from local_stack.host.routing.patterns import TooSlowError, in_time
from local_stack.host.routing.templates import (
    Literal,
    Parameter,
    Segment,
    TemplateError,
    parse_template,
)

CACHED_MATCHES = 256


@dataclass(frozen=True)
class Route:
    """A function's route, ready to match against a path."""

    function: str
    template: str
    methods: frozenset[str] | None
    """None means every method."""
    auth_level: AuthLevel
    pattern: re.Pattern[str]
    parameters: tuple[tuple[Parameter, tuple[Accepts, ...]], ...]
    may_be_slow: bool = False
    """Whether it may take long to see that a path doesn't match."""

    def values(self, path: str) -> dict[str, str] | None:
        """Return the route's parameters in the decoded `path`; None if it doesn't match.

        Raises BrokenConstraintError if a constraint can't be used, or takes too long.
        """
        if not self.may_be_slow:
            return self._values(path)
        try:
            return in_time(lambda: self._values(path))
        except TooSlowError as error:
            raise BrokenConstraintError(
                f"to match {self.template} with this path takes too long"
            ) from error

    def _values(self, path: str) -> dict[str, str] | None:
        found = self.pattern.fullmatch(path)
        if found is None:
            return None
        values: dict[str, str] = {}
        for (parameter, accepts), given in zip(self.parameters, found.groups(), strict=True):
            value = given or parameter.default
            if not value:
                continue
            if not all(accept(value) for accept in accepts):
                return None
            values[parameter.name] = value
        return values

    def allows(self, method: str) -> bool:
        return self.methods is None or method.upper() in self.methods


@dataclass(frozen=True)
class Match:
    """A route that matches a request, with the values of its parameters."""

    route: Route
    values: Mapping[str, str]


class RouteTable:
    """All routes of an app. The first one that matches counts, literal or not."""

    def __init__(self, routes: Sequence[Route]) -> None:
        self._routes = sorted(routes, key=lambda route: route.function.lower())
        self.match = lru_cache(CACHED_MATCHES)(self._match)

    def _match(self, path: str, method: str) -> Match | None:
        """Return the route for a decoded path and a method; raise BrokenConstraintError."""
        for route in self._routes:
            if route.allows(method):
                values = route.values(path)
                if values is not None:
                    return Match(route, values)
        return None

    def methods_at(self, path: str) -> list[str]:
        """Return the methods allowed at a path, sorted."""
        fitting = [route for route in self._routes if route.values(path) is not None]
        return sorted({method for route in fitting for method in route.methods or ()})

    @property
    def templates(self) -> list[str]:
        """Return all routes, with their prefix and a slash."""
        return [f"/{route.template}" for route in self._routes]

    def of(self, function: str) -> Route | None:
        """Return the route of a function."""
        return next((route for route in self._routes if route.function == function), None)

    def hidden(self) -> list[tuple[str, str]]:
        """Return the functions that are never reached, each with the one before it."""
        pairs: list[tuple[str, str]] = []
        for number, route in enumerate(self._routes):
            for before in self._routes[:number]:
                same = before.template.lower() == route.template.lower()
                if same and (
                    before.methods is None or (route.methods and route.methods <= before.methods)
                ):
                    pairs.append((route.function, before.function))
                    break
        return pairs


def build_route(function: str, prefix: str, endpoint: Endpoint) -> Route:
    """Return the route of `function` under the app's prefix.

    Raises AppFileError for a template that ASP.NET refuses, which takes the whole app down.
    """
    template = f"{prefix}/{endpoint.route}" if prefix else endpoint.route
    try:
        segments = parse_template(template)
        parameters = tuple(
            (part, tuple(read_constraint(text, part.name, template) for text in part.constraints))
            for segment in segments
            for part in segment
            if isinstance(part, Parameter)
        )
    except TemplateError as error:
        raise _refused(function, template, endpoint.route, error) from error
    return Route(
        function=function,
        template=template,
        methods=endpoint.methods,
        auth_level=endpoint.auth_level,
        pattern=build_pattern(segments),
        parameters=parameters,
        may_be_slow=any(map(_may_be_slow, segments)),
    )


def _refused(function: str, template: str, route: str, error: TemplateError) -> AppFileError:
    """Return the error of a template, with Azure's words and ours."""
    sentence = f"Microsoft.AspNetCore.Routing: {error}"
    if not isinstance(error, ConstraintError):
        sentence = f"{sentence} (Parameter 'routeTemplate'). {sentence}"
    remedy = 'Correct "route", or routePrefix in host.json'
    if route.startswith("/"):
        remedy = 'Remove the slash at the beginning of "route"'
    return AppFileError(
        f"{function}/function.json: {remedy}: the route {template} is invalid, and in Azure that "
        f"stops the whole app. {error}",
        "Microsoft.AspNetCore.Routing: An error occurred while creating the route with name "
        f"'{function}' and template '{template}'. {sentence}",
    )


def build_pattern(segments: Sequence[Segment]) -> re.Pattern[str]:
    """Return a pattern for the whole decoded path; one trailing slash is allowed."""
    needed = max(
        (number for number, segment in enumerate(segments) if not _may_end_before(segment)),
        default=-1,
    )
    pattern = closing = ""
    for number, segment in enumerate(segments):
        first = segment[0]
        if isinstance(first, Parameter) and first.catch_all:
            pattern += "(?:/(.*))?"
        elif number > needed:
            pattern += "(?:/" + _segment_pattern(segment)
            closing += ")?"
        else:
            pattern += "/" + _segment_pattern(segment)
    return re.compile(f"{pattern}{closing}/?", re.IGNORECASE | re.DOTALL)


def _may_end_before(segment: Segment) -> bool:
    first = segment[0]
    return len(segment) == 1 and isinstance(first, Parameter) and first.may_be_absent


def _may_be_slow(segment: Segment) -> bool:
    """Return whether matching takes more than quadratic time."""
    parameters = [part for part in segment if isinstance(part, Parameter)]
    return len(parameters) > 2 or any(
        is_regex(text) for part in parameters for text in part.constraints
    )


def _segment_pattern(segment: Segment) -> str:
    """Return the pattern of one segment; an optional last parameter goes with its period."""
    *before, last = segment
    if before and isinstance(last, Parameter) and last.optional:
        # The last period counts: lazy before it, and none after it.
        stem = "".join(map(_part_pattern, before[:-1])).replace("[^/]+", "[^/]+?")
        return stem + r"(?:\.([^/.]+))?"
    return "".join(map(_part_pattern, segment))


def _part_pattern(part: Literal | Parameter) -> str:
    return re.escape(part.text) if isinstance(part, Literal) else "([^/]+)"
