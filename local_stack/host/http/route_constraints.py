"""ASP.NET route constraints: what a route parameter such as `{id:int}` accepts."""

import re
from collections.abc import Callable, Mapping

Accepts = Callable[[str], bool]

INTEGER = re.compile(r"[+-]?[0-9]{1,40}")
DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
GUID = re.compile(r"\{?[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}\}?")
CONSTRAINT = re.compile(r"([A-Za-z]+)(?:\(([0-9, -]*)\))?")


def is_integer(value: str, bits: int) -> bool:
    """Return whether `value` is a whole number that fits a signed integer of `bits` bits."""
    return bool(INTEGER.fullmatch(value)) and -(2 ** (bits - 1)) <= int(value) < 2 ** (bits - 1)


def is_between(value: str, least: int, most: int | None) -> bool:
    """Return whether `value` is a whole number in the closed range."""
    return is_integer(value, 64) and int(value) >= least and (most is None or int(value) <= most)


PLAIN: Mapping[str, Accepts] = {
    "int": lambda value: is_integer(value, 32),
    "long": lambda value: is_integer(value, 64),
    "bool": lambda value: value.lower() in {"true", "false"},
    "alpha": lambda value: value.isascii() and value.isalpha(),
    "guid": lambda value: GUID.fullmatch(value) is not None,
    "decimal": lambda value: DECIMAL.fullmatch(value) is not None,
    "double": lambda value: DECIMAL.fullmatch(value) is not None,
    "float": lambda value: DECIMAL.fullmatch(value) is not None,
}


def with_numbers(name: str, numbers: list[int]) -> Accepts | None:
    """Return a constraint that takes one or two numbers, such as `length(2,5)`."""
    match name.lower(), numbers:
        case "min", [least]:
            return lambda value: is_between(value, least, None)
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


def read_constraint(text: str) -> Accepts | None:
    """Return the check for the constraint `text`; None if it isn't emulated."""
    found = CONSTRAINT.fullmatch(text)
    if found is None:
        return None
    if found[2] is None:
        return PLAIN.get(found[1].lower())
    try:
        return with_numbers(found[1], [int(number) for number in found[2].split(",")])
    except ValueError:
        return None
