"""Add a new function to the documentation."""

import re

from commands.errors import CommandError

API = "docs/use/openapi.yaml"
PAGE = "docs/use/functions.md"
REQUESTS = "requests.http"
TABLE = "## All functions"
ANSWERS = "## Answers to calls and texts"


def with_path(api: str, entry: str) -> str:
    """Return the OpenAPI document with one more path; `paths` must be its last section."""
    last_part = re.findall(r"^(\w+):", api, re.MULTILINE)[-1:]
    if last_part != ["paths"]:
        raise CommandError(f"{API} must end with the section `paths`")
    return api.rstrip("\n") + "\n" + entry


def with_function(page: str, *, row: str, section: str) -> str:
    """Return the page about the functions with one more.

    `row` goes into the table of all functions, `section` before the answers; it may be empty.
    """
    page = _with_row(page, row)
    return page.replace(f"\n{ANSWERS}\n", f"\n{section}{ANSWERS}\n", 1) if section else page


def _with_row(page: str, row: str) -> str:
    """Add a row to the table of all functions."""
    before, found, after = page.partition(f"\n{TABLE}\n")
    table = re.search(r"(?:^\|.*\n)+", after, re.MULTILINE)
    if not found or table is None:
        raise CommandError(f"{PAGE} must have a table under {TABLE!r}")
    return before + found + after[: table.end()] + row + after[table.end() :]
