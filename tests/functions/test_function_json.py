"""The prefix of a function's name decides its methods, auth level and decorator."""

import json
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = sorted(path.parent for path in ROOT.glob("*/function.json"))


class Door(NamedTuple):
    """The access rules of a prefix."""

    auth_level: str
    methods: tuple[str, ...]
    decorator: str


DOORS = {
    "Send": Door("function", ("post",), "@action"),
    "Place": Door("function", ("post",), "@action"),
    "Cancel": Door("function", ("post",), "@action"),
    "Get": Door("function", ("get", "head"), "@action"),
    "Twiml": Door("anonymous", ("get", "head", "post"), "@answer"),
    "On": Door("anonymous", ("post",), "@report"),
}
# It says one fixed sentence to anyone; its response is built once.
DECORATORS = {
    "TwimlHello": "@cache",
    "GetHoldMusic": "@public",
    "GetSharedRecording": "@public",
    "GetSharedMedia": "@public",
    "GetMyClientToken": "@public",
    "GetSoftphone": "@public",
}
# Exceptions to the access rules, and why they are safe.
AUTH_LEVELS = {
    "GetHoldMusic": "anonymous",  # Twilio fetches sounds without a signature; it is only music
    "GetSharedRecording": "anonymous",  # a link for people: its HMAC is the key
    "GetSharedMedia": "anonymous",  # a link for Twilio, which fetches forwarded media; the same
    "GetMyClientToken": "anonymous",  # people whom App Service has signed in; 403 for anyone else
    "GetSoftphone": "anonymous",  # a page without data; 404 unless a setting turns it on
}
# They mint something, so no link or cache may repeat them.
METHODS = {"GetClientToken": ("post",), "GetMyClientToken": ("post",)}
# Twilio calls none of these: the URLs for Twilio end with the function's name.
ROUTES = {"GetSoftphone": {"route": "GetSoftphone/{file?}"}}  # the page and the SDK that it loads
MAX_LINES = 25


def door_of(folder: Path) -> Door:
    """Return the access rules of a function's prefix."""
    doors = [door for prefix, door in DOORS.items() if folder.name.startswith(prefix)]
    assert doors, f"{folder.name} begins with none of {', '.join(DOORS)}"
    return doors[0]


def check_function_json(folder: Path) -> None:
    """Check that methods and auth level match the prefix, in any order."""
    door = door_of(folder)
    assert json.loads((folder / "function.json").read_text()) == {
        "bindings": [
            {
                "name": "req",
                "type": "httpTrigger",
                "direction": "in",
                "authLevel": AUTH_LEVELS.get(folder.name, door.auth_level),
                "methods": [*METHODS.get(folder.name, door.methods)],
                **ROUTES.get(folder.name, {}),
            },
            {"name": "$return", "type": "http", "direction": "out"},
        ]
    }


def check_doorway(folder: Path) -> None:
    """Check that the function is short and has the decorator of its prefix."""
    lines = (folder / "__init__.py").read_text().splitlines()
    decorator = DECORATORS.get(folder.name, door_of(folder).decorator)

    assert [line for line in lines if line.startswith("@")] == [decorator]
    assert len(lines) <= MAX_LINES


def made_up(root: Path, name: str, auth_level: str, decorator: str) -> Path:
    """Return the folder of a function that is not in the project."""
    trigger = {"name": "req", "type": "httpTrigger", "direction": "in"}
    trigger |= {"authLevel": auth_level, "methods": ["get", "head", "post"]}
    document = {"bindings": [trigger, {"name": "$return", "type": "http", "direction": "out"}]}
    folder = root / name
    folder.mkdir()
    (folder / "function.json").write_text(json.dumps(document))
    (folder / "__init__.py").write_text(f"{decorator}\nasync def main(req): ...\n")
    return folder


def test_there_are_functions_of_every_prefix() -> None:
    assert {door_of(folder) for folder in FOLDERS} == {*DOORS.values()}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_prefix_decides_methods_and_auth_level(folder: Path) -> None:
    check_function_json(folder)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_function_is_a_doorway_behind_one_decorator(folder: Path) -> None:
    check_doorway(folder)


def test_a_new_function_is_checked_by_its_prefix(tmp_path: Path) -> None:
    folder = made_up(tmp_path, "TwimlMadeUp", "anonymous", "@answer")

    check_function_json(folder)
    check_doorway(folder)


def test_a_new_function_with_wider_access_fails(tmp_path: Path) -> None:
    folder = made_up(tmp_path, "TwimlMadeUp", "function", "@action")

    with pytest.raises(AssertionError, match="authLevel"):
        check_function_json(folder)
    with pytest.raises(AssertionError, match="@action"):
        check_doorway(folder)


def test_a_new_function_without_a_known_prefix_fails(tmp_path: Path) -> None:
    folder = made_up(tmp_path, "MadeUp", "anonymous", "@answer")

    with pytest.raises(AssertionError, match="MadeUp begins with none of Send, Place"):
        check_function_json(folder)
