"""Records as JSON and back. What is read is checked against the types of the fields."""

import dataclasses
import types
import typing
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal, TypeVar, Union

R = TypeVar("R")


class DamagedError(Exception):
    """A value doesn't have the type of its field; the message names the field."""


def to_json(value: object) -> object:
    """Return a record, or a value in one, as JSON types."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = dataclasses.fields(value)
        return {field.name: to_json(getattr(value, field.name)) for field in fields}
    if isinstance(value, tuple):
        return [to_json(one) for one in typing.cast(tuple[object, ...], value)]
    return value.isoformat() if isinstance(value, datetime) else value


def from_json(kind: type[R], value: object, path: str = "") -> R:
    """Return the record of a dataclass; raise DamagedError.

    `path` is where the value is, for the message.
    """
    if not isinstance(value, dict):
        raise _damaged(path)
    given = typing.cast(dict[str, object], value)
    hints = _hints(kind)
    fields = {field.name: field for field in dataclasses.fields(typing.cast(Any, kind))}
    for name in given:
        if name not in fields:
            raise _damaged(f"{path}.{name}")
    for name, field in fields.items():
        is_required = (
            field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        )
        if is_required and name not in given:
            raise _damaged(f"{path}.{name}")
    return kind(**{name: _value(hints[name], given[name], f"{path}.{name}") for name in given})


def _value(hint: Any, value: object, path: str) -> object:
    """Return a value of a type; raise DamagedError."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (Union, types.UnionType):
        if value is None and type(None) in arguments:
            return None
        [kind] = [one for one in arguments if one is not type(None)]
        return _value(kind, value, path)
    if origin is Literal:
        if value in arguments and type(value) in map(type, arguments):
            return value
    elif origin is tuple:
        return _tuple(arguments, value, path)
    elif dataclasses.is_dataclass(hint):
        return from_json(typing.cast(type[object], hint), value, path)
    elif hint is datetime:
        return _time(value, path)
    elif type(value) is hint or (hint is float and type(value) is int):
        return value
    raise _damaged(path)


def _tuple(kinds: tuple[Any, ...], value: object, path: str) -> tuple[object, ...]:
    if not isinstance(value, list):
        raise _damaged(path)
    items = typing.cast(list[object], value)
    all_kinds = kinds[:1] * len(items) if kinds[1:] == (...,) else kinds
    if len(all_kinds) != len(items):
        raise _damaged(path)
    pairs = enumerate(zip(all_kinds, items, strict=True))
    return tuple(_value(kind, item, f"{path}[{index}]") for index, (kind, item) in pairs)


def _time(value: object, path: str) -> datetime:
    try:
        time = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        time = None
    if time is None or time.tzinfo is None:
        raise _damaged(path)
    return time


@lru_cache(64)
def _hints(kind: type[object]) -> Mapping[str, Any]:
    return typing.get_type_hints(kind)


def _damaged(path: str) -> DamagedError:
    return DamagedError(f"`{path.lstrip('.')}` isn't what deskphone writes there")
