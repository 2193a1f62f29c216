"""ASP.NET route constraints: what a route parameter such as `{id:int}` accepts.

Source: https://learn.microsoft.com/aspnet/core/fundamentals/routing#route-constraints
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from local_stack.host.routing.templates import TemplateError

Accepts = Callable[[str], bool]

# .NET skips white space around numbers, and accepts a sign, but only ASCII digits.
INTEGER = re.compile(r"[+-]?[0-9]{1,40}")
DECIMAL = re.compile(r"[+-]?(?:[0-9][0-9,]*(?:\.[0-9]*)?|\.[0-9]+)[+-]?")
FLOAT = re.compile(r"[+-]?(?:[0-9][0-9,]*(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
FLOAT_WORDS = frozenset({"nan", "infinity", "-infinity", "∞", "-∞"})
GUID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
GUID_PAIRS = ("{}", "()")
CONSTRAINT = re.compile(r"([^(]*)(?:\((.*)\))?", re.DOTALL)
WHITE_SPACE = "\t\n\v\f\r "
DATE_FORMATS = tuple(
    f"{day}{time}"
    for day in ("%m/%d/%Y", "%Y/%m/%d", "%Y-%m-%d", "%d %B %Y", "%d %b %Y", "%B %d, %Y", "%Y-%m")
    for time in ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
)


class ConstraintError(TemplateError):
    """A constraint that ASP.NET doesn't know, or can't make."""


class BrokenConstraintError(Exception):
    """A constraint that fails whenever it is used, such as a regular expression that is invalid."""


def is_integer(value: str, bits: int) -> bool:
    """Return whether `value` is a whole number that fits a signed integer of `bits` bits."""
    text = value.strip(WHITE_SPACE)
    return bool(INTEGER.fullmatch(text)) and -(2 ** (bits - 1)) <= int(text) < 2 ** (bits - 1)


def is_between(value: str, least: int, most: int) -> bool:
    """Return whether `value` is a whole number in the closed range."""
    return is_integer(value, 64) and least <= int(value) <= most


def is_guid(value: str) -> bool:
    """Return whether `value` is a GUID: with or without dashes, in braces, or in parentheses."""
    text = value.strip(WHITE_SPACE)
    is_paired = text[:1] + text[-1:] in GUID_PAIRS
    inner = text[1:-1] if is_paired else text
    return GUID.fullmatch(inner) is not None and (not is_paired or "-" in inner)


def is_float(value: str) -> bool:
    """Return whether .NET reads `value` as a number with a floating point."""
    text = value.strip(WHITE_SPACE)
    return text.lower() in FLOAT_WORDS or FLOAT.fullmatch(text) is not None


def is_date(value: str) -> bool:
    """Return whether `value` is a date and time: ISO 8601, or one of the usual American forms."""
    text = value.strip(WHITE_SPACE)
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return any(_has_format(text, form) for form in DATE_FORMATS)
    return True


def _has_format(text: str, form: str) -> bool:
    try:
        datetime.strptime(text, form)  # noqa: DTZ007 - only whether it parses
    except ValueError:
        return False
    return True


def _alpha(value: str) -> bool:
    return not value or (value.isascii() and value.isalpha())


PLAIN: Mapping[str, Accepts] = {
    "int": lambda value: is_integer(value, 32),
    "long": lambda value: is_integer(value, 64),
    "bool": lambda value: value.strip(WHITE_SPACE + "\0").lower() in {"true", "false"},
    "alpha": _alpha,
    "guid": is_guid,
    "decimal": lambda value: DECIMAL.fullmatch(value.strip(WHITE_SPACE)) is not None,
    "double": is_float,
    "float": is_float,
    "datetime": is_date,
    "required": bool,
    "file": lambda value: "." in value.rpartition("/")[2].rstrip("."),
    "nonfile": lambda value: "." not in value.rpartition("/")[2].rstrip("."),
}

TAKE_NUMBERS = frozenset({"min", "max", "range", "length", "minlength", "maxlength"})


def with_numbers(name: str, numbers: Sequence[int]) -> Accepts | None:
    """Return a constraint such as `length(2,5)`; None for the wrong number of arguments."""
    match name, numbers:
        case "min", [least]:
            return lambda value: is_between(value, least, 2**63)
        case "max", [most]:
            return lambda value: is_between(value, -(2**63), most)
        case "range", [least, most]:
            return lambda value: is_between(value, least, most)
        case "length", [exact]:
            return lambda value: len(value) == exact
        case "length", [least, most]:
            return lambda value: least <= len(value) <= most
        case "minlength", [least]:
            return lambda value: len(value) >= least
        case "maxlength", [most]:
            return lambda value: len(value) <= most
        case _:
            return None


def is_regex(text: str) -> bool:
    """Return whether a constraint is a regular expression."""
    return text.lower().startswith("regex(")


def read_constraint(text: str, parameter: str, template: str) -> Accepts:
    """Return the check for the constraint `text`; raise ConstraintError as ASP.NET does."""
    found = CONSTRAINT.fullmatch(text)
    name, arguments = (found[1].lower(), found[2]) if found else (text.lower(), None)
    if name == "regex" and arguments is not None:
        return _regex(arguments)
    if name in PLAIN and not arguments:
        return PLAIN[name]
    if name not in TAKE_NUMBERS | {"regex"} | PLAIN.keys():
        raise ConstraintError(
            f"The constraint entry '{parameter}' - '{text}' on the route '{template}' could not "
            "be resolved by the constraint resolver of type 'DefaultInlineConstraintResolver'."
        )
    numbers = arguments.split(",") if arguments else []
    if not all(is_integer(number, 64) for number in numbers):
        raise ConstraintError(f"The constraint '{text}' needs whole numbers.")
    accepts = with_numbers(name, [int(number) for number in numbers])
    if accepts is None:
        raise ConstraintError(
            f"Could not find a constructor for constraint type '{name.capitalize()}"
            f"RouteConstraint' with the following number of parameters: {len(numbers)}."
        )
    return accepts


def _regex(pattern: str) -> Accepts:
    """Return the check for a regular expression, which need not match the whole value."""

    def accepts(value: str) -> bool:
        try:
            return re.search(pattern, value, re.IGNORECASE) is not None
        except re.error as error:
            raise BrokenConstraintError(f"the regular expression {pattern}: {error}") from error

    return accepts
