"""Tables of settings: each row has a name, a kind and a default."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Never, Self, cast, dataclass_transform


class Kind[Value]:
    """How a setting is written: `rule` describes it in errors, `read` converts a valid text.

    Both functions get the stripped text, which is never empty.
    """

    def __init__(
        self, rule: str, is_valid: Callable[[str], object], read: Callable[[str], Value]
    ) -> None:
        self.rule = rule
        self.is_valid = is_valid
        self.read = read

    def fault(self, text: str) -> str:
        """Return what is wrong with a text, without showing it; "" if it is valid."""
        return copying_fault(text) or ("" if self.is_valid(text) else self.rule)


def copying_fault(text: str) -> str:
    """Return what is wrong with any setting or secret that looks like this; "" for others.

    Where Azure can't resolve a reference, the app gets the reference itself:
    https://learn.microsoft.com/azure/app-service/app-service-key-vault-references
    """
    if text.startswith(("@Microsoft.KeyVault(", "@Microsoft.AppConfiguration(")):
        return "Azure could not resolve this reference; check it, and the app's access to it"
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return "must not be in quotation marks"
    return ""


class Setting:
    """A row in a table of settings."""

    def __init__(self, name: str, kind: Kind[Any], default: object) -> None:
        self.name = name
        self.kind = kind
        self.default = default


def setting[Value](name: str, kind: Kind[Value], *, default: Value) -> Value:
    """Declare a field of a table of settings."""
    return cast("Value", Setting(name, kind, default))


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(setting,))
class Table:
    """A table of settings; an instance is a frozen record of their values.

    (Importing a dataclass or a NamedTuple of this size would slow down cold starts.)
    """

    rows: ClassVar[Mapping[str, Setting]]
    """The settings, by field name."""

    def __init_subclass__(cls) -> None:
        cls.rows = {field: row for field, row in vars(cls).items() if isinstance(row, Setting)}

    def __init__(self, **values: object) -> None:
        cls = type(self)
        for field in cls.__annotations__:
            row = cls.rows.get(field)
            default = row.default if row else getattr(cls, field)
            self.__dict__[field] = values.get(field, default)

    def __setattr__(self, name: str, value: object) -> Never:
        raise AttributeError(f"{name}: settings cannot be changed")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Table) and vars(self) == vars(other)

    def __repr__(self) -> str:
        fields = (f"{field}={value!r}" for field, value in vars(self).items())
        return f"{type(self).__name__}({', '.join(fields)})"

    @classmethod
    def read(cls, given: Mapping[str, str], **others: object) -> Self:
        """Return a record of these settings, which must be valid, and of the other fields."""
        values = {
            field: row.kind.read(given[row.name])
            for field, row in cls.rows.items()
            if row.name in given
        }
        return cls(**values, **others)
