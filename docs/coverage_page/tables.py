"""What the tables of the page share."""

from collections.abc import Iterable


def in_code(names: Iterable[str]) -> str:
    """Return names as they stand in a cell."""
    return ", ".join(f"`{name}`" for name in names)
