"""Parse ASP.NET route templates such as `items/{id:int}/{name?}`.

Source: https://learn.microsoft.com/aspnet/core/fundamentals/routing#route-templates. The sentences
of TemplateError are those with which ASP.NET refuses a template.
"""

from collections.abc import Sequence
from dataclasses import dataclass

INCOMPLETE = (
    "There is an incomplete parameter in the route template. Check that each '{' character has a "
    "matching '}' character."
)
UNESCAPED = "In a route parameter, '{' and '}' must be escaped with '{{' and '}}'."
SEPARATORS = (
    "The route template separator character '/' cannot appear consecutively. It must be "
    "separated by either a parameter or a literal value."
)
LAST = "A catch-all parameter can only appear as the last segment of the route template."
ALONE = (
    "A path segment that contains more than one section, such as a literal section or a "
    "parameter, cannot contain a catch-all parameter."
)
ADJACENT = (
    "A path segment cannot contain two consecutive parameters. They must be separated by a '/' or "
    "by a literal string."
)
OPTIONAL_CATCH_ALL = "A catch-all parameter cannot be marked optional."
OPTIONAL_DEFAULT = "An optional parameter cannot have default value."


class TemplateError(Exception):
    """A template that ASP.NET refuses; the message is its own sentence."""


@dataclass(frozen=True)
class Literal:
    """Fixed text."""

    text: str


@dataclass(frozen=True)
class Parameter:
    """A parameter. Its constraints are as written, such as `range(1,5)`."""

    name: str
    constraints: tuple[str, ...] = ()
    default: str | None = None
    optional: bool = False
    catch_all: bool = False

    @property
    def may_be_absent(self) -> bool:
        """Return whether a path may end before this parameter."""
        return self.optional or self.catch_all or self.default is not None


Part = Literal | Parameter
Segment = tuple[Part, ...]


def parse_template(template: str) -> tuple[Segment, ...]:
    """Return the segments of a template; raise TemplateError."""
    rest = template.removeprefix("~/") if template.startswith("~/") else template.removeprefix("/")
    segments: list[Segment] = []
    while rest:
        if rest.startswith("/"):
            raise TemplateError(SEPARATORS)
        parts: list[Part] = []
        while rest and not rest.startswith("/"):
            part, rest = _read_parameter(rest) if _opens(rest) else _read_literal(rest)
            parts.append(part)
        segments.append(tuple(parts))
        rest = rest[1:]
    _check(segments)
    return tuple(segments)


def _opens(rest: str) -> bool:
    return rest.startswith("{") and not rest.startswith("{{")


def _read_literal(rest: str) -> tuple[Literal, str]:
    """Read up to a parameter or the end of the segment; `{{` and `}}` are braces."""
    text, at = "", 0
    while at < len(rest) and rest[at] != "/" and not _opens(rest[at:]):
        if rest[at] in "{}":
            if rest[at : at + 2] not in {"{{", "}}"}:
                raise TemplateError(INCOMPLETE)
            at += 1
        text += rest[at]
        at += 1
    if "?" in text:
        raise TemplateError(
            f"The literal section '{text}' is invalid. Literal sections cannot contain the '?' "
            "character."
        )
    return Literal(text), rest[at:]


def _read_parameter(rest: str) -> tuple[Parameter, str]:
    """Read a parameter in braces; inside, braces are doubled."""
    at = 1
    while at < len(rest):
        pair = rest[at : at + 2]
        if rest[at] == "}" and pair != "}}":
            inner = rest[1:at].replace("{{", "{").replace("}}", "}")
            return _parameter(inner), rest[at + 1 :]
        if rest[at] == "{" and pair != "{{":
            raise TemplateError(UNESCAPED)
        at += 2 if pair in {"{{", "}}"} else 1
    raise TemplateError(INCOMPLETE)


def _parameter(text: str) -> Parameter:
    """Return a parameter from the text between its braces."""
    bare = text.removeprefix("*").removeprefix("*")
    catch_all, optional = bare != text, bare.endswith("?")
    bare = bare.removesuffix("?")
    name_end = next((at for at, letter in enumerate(bare) if letter in ":="), len(bare))
    name = bare[:name_end]
    if not name or set(name) & set("{}/?*"):
        raise TemplateError(
            f"The route parameter name '{name}' is invalid. Route parameter names must be "
            "non-empty and cannot contain these characters: '{', '}', '/'. The '?' character "
            "marks a parameter as optional, and can occur only at the end of the parameter. The "
            "'*' character marks a parameter as catch-all, and can occur only at the start of the "
            "parameter."
        )
    constraints, default = _constraints(bare[name_end:])
    if optional and default is not None:
        raise TemplateError(OPTIONAL_DEFAULT)
    if optional and catch_all:
        raise TemplateError(OPTIONAL_CATCH_ALL)
    return Parameter(name, constraints, default, optional, catch_all)


def _constraints(text: str) -> tuple[tuple[str, ...], str | None]:
    """Split `:int:min(1)=5` into the constraints and the default value."""
    constraints: list[str] = []
    while text.startswith(":"):
        end = _constraint_end(text)
        if end > 1:
            constraints.append(text[1:end])
        text = text[end:]
    return tuple(constraints), text[1:] if text.startswith("=") else None


def _constraint_end(text: str) -> int:
    """Return where the constraint at the start ends; its arguments may have `:` and `=`."""
    opened = text.find("(")
    plain = min((at for mark in ":=" if (at := text.find(mark, 1)) > 0), default=len(text))
    if opened < 0 or opened > plain:
        return plain
    for at in range(opened, len(text)):
        if text[at] == ")" and (at + 1 == len(text) or text[at + 1] in ":="):
            return at + 1
    return len(text)


def _check(segments: Sequence[Segment]) -> None:
    """Raise TemplateError for parts that can't stand together."""
    names: set[str] = set()
    for number, segment in enumerate(segments):
        _check_segment(segment, is_last=number == len(segments) - 1)
        for part in segment:
            if isinstance(part, Parameter):
                if part.name.lower() in names:
                    raise TemplateError(
                        f"The route parameter name '{part.name}' appears more than one time in "
                        "the route template."
                    )
                names.add(part.name.lower())


def _check_segment(segment: Segment, *, is_last: bool) -> None:
    for place, part in enumerate(segment):
        if not isinstance(part, Parameter):
            continue
        before = segment[place - 1] if place else None
        if part.catch_all and len(segment) > 1:
            raise TemplateError(ALONE)
        if part.catch_all and not is_last:
            raise TemplateError(LAST)
        if isinstance(before, Parameter):
            raise TemplateError(ADJACENT)
        if part.optional and len(segment) > 1:
            _check_optional(segment, place, part)


def _check_optional(segment: Segment, place: int, part: Parameter) -> None:
    """Require that an optional parameter ends its segment, after a period."""
    text = "".join(one.text if isinstance(one, Literal) else f"{{{one.name}}}" for one in segment)
    if place < len(segment) - 1:
        following = segment[place + 1]
        shown = following.text if isinstance(following, Literal) else following.name
        raise TemplateError(
            f"An optional parameter must be at the end of the segment. In the segment '{text}', "
            f"optional parameter '{part.name}' is followed by '{shown}'."
        )
    before = segment[place - 1]
    if before != Literal("."):
        shown = before.text if isinstance(before, Literal) else before.name
        raise TemplateError(
            f"In the segment '{text}', the optional parameter '{part.name}' is preceded by an "
            f"invalid segment '{shown}'. Only a period (.) can precede an optional parameter."
        )
