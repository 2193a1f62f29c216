"""Read JSON files as the Functions host does: with comments and trailing commas."""

import json
import re
from pathlib import Path
from typing import Any, cast

# A string, which is kept; or a comment or a comma before a closing bracket, which isn't. Atomic, so
# that a bracket in a comment, or between two comments, isn't taken for the closing one.
_COMMENT = r"(?>//[^\n]*|/\*.*?\*/)"
_TOKEN = re.compile(rf'("(?:[^"\\]|\\.)*")|{_COMMENT}|,(?=(?:\s|{_COMMENT})*+[\]}}])', re.DOTALL)
_VISIBLE = re.compile(r"[^\n]")


class AppFileError(Exception):
    """A file of the app is invalid; the message names the file, what is wrong, and the remedy.

    `azure` is the sentence with which the Functions host reports it, if it is known.
    """

    def __init__(self, message: str, azure: str = "") -> None:
        super().__init__(message)
        self.azure = azure


def read_json_object(path: Path) -> dict[str, Any]:
    """Return the JSON object in `path`; raise AppFileError that names the file and the line."""
    try:
        # utf-8-sig: editors on Windows may write a byte order mark.
        value: object = json.loads(plain_json(path.read_text("utf-8-sig")))
    except OSError as error:
        raise AppFileError(f"{path.name}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise AppFileError(f"{path.name} is not valid JSON: {error}") from error
    if not isinstance(value, dict):
        raise AppFileError(f"{path.name}: expected a JSON object")
    return cast(dict[str, Any], value)


def plain_json(text: str) -> str:
    """Blank out comments and trailing commas, so that line numbers stay right."""
    return _TOKEN.sub(lambda found: found[1] or _VISIBLE.sub(" ", found[0]), text)


def located(error: AppFileError, path: Path) -> AppFileError:
    """Return the error with the line of the first key that it names in quotes, if it has one."""
    named = re.search(r'"(\w+)"', str(error))
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, ValueError):
        lines = []
    for number, line in enumerate(lines, 1):
        if named and f'"{named[1].lower()}"' in line.lower():
            place = f"{path.name}, line {number}:"
            return AppFileError(str(error).replace(f"{path.name}:", place, 1), error.azure)
    return error
