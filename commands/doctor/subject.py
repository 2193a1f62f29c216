"""What the doctor examines: which app, with which settings."""

import json
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple, cast

from commands.errors import CommandError
from commands.local_values import FUNCTION_KEY, FUNCTIONS_PORT, PHONE_PORT, local_values
from commands.settings_file import read_settings
from shared.config.local_stack import is_loopback

# A setting that names an account, a vault or the emulator: without any, nobody has set up anything.
ACCOUNT_SETTINGS = ("KEY_VAULT_URL", "TWILIO_ACCOUNT_SID", "LOCAL_STACK_URL")


class Place(StrEnum):
    """Where the app runs."""

    DESK = "python3 dev.py start"
    FUNC_START = "func start"
    DEPLOYMENT = "deployment"


class Request(NamedTuple):
    """What the command line asks for; `settings_file` is None for the usual one, "" for none."""

    url: str = ""
    key: str = ""
    local: bool = False
    port: int = FUNCTIONS_PORT
    phone_port: int = PHONE_PORT
    settings_file: str | None = None


class Subject(NamedTuple):
    """The app that is examined.

    `app_url` is its address as Twilio sees it, without a slash at the end. `values` are all its
    settings as far as they are known here, `names` those that somebody wrote down for it.
    `is_expected` is whether somebody said that it runs.
    """

    place: Place
    app_url: str
    values: Mapping[str, str]
    names: frozenset[str]
    function_key: str
    ports: tuple[int, int]
    is_expected: bool
    file_problem: str = ""


def read_subject(request: Request, environment: Mapping[str, str], root: Path) -> Subject:
    """Put together what is known: the environment over the settings file, as `func start` does.

    An unusable file is no error here: `file_problem` tells it.
    """
    file, problem = _read_file(root, request.settings_file)
    values = {**file, **environment}
    names = frozenset({*file, *(name for name in environment if name.startswith("TWILIO_"))})
    place = _place(request, values, is_set_up=bool(problem))
    if request.url:
        url = request.url.rstrip("/")
        values["PUBLIC_URL"] = url
    elif place is Place.DESK:
        url = f"http://127.0.0.1:{request.port}"
        # `dev.py start` lets the file win over the environment, and its own values over both.
        values = {**environment, **file, **local_values(url, request.phone_port)}
    else:
        local = f"localhost:{request.port}"
        values.setdefault("WEBSITE_HOSTNAME", local)  # as Core Tools does
        url = values.get("PUBLIC_URL", "").strip().rstrip("/") or f"http://{local}"
    return Subject(
        place=place,
        app_url=url,
        values=values,
        names=names,
        function_key=request.key or (FUNCTION_KEY if place is Place.DESK else ""),
        ports=(request.port, request.phone_port),
        is_expected=bool(request.url) or request.local,
        file_problem=problem,
    )


def _place(request: Request, values: Mapping[str, str], *, is_set_up: bool) -> Place:
    """What is meant: without a word of the user and without an account, the desk."""
    if request.url:
        return Place.FUNC_START if is_loopback(request.url) else Place.DEPLOYMENT
    is_set_up = is_set_up or any(values.get(name, "").strip() for name in ACCOUNT_SETTINGS)
    return Place.DESK if request.local or not is_set_up else Place.FUNC_START


def _read_file(root: Path, name: str | None) -> tuple[dict[str, str], str]:
    """`Values` of a settings file, and why they cannot be used; "" is no file."""
    if name == "":
        return {}, ""
    try:
        return read_settings({}, root=root, file=name), ""
    except CommandError as error:
        return {}, str(error)


def route_prefix(root: Path) -> str:
    """The route prefix of host.json, `api` where it says nothing (Azure Functions, host.json)."""
    try:
        document: object = json.loads((root / "host.json").read_text("utf-8-sig"))
        for name in ("extensions", "http", "routePrefix"):
            document = cast(dict[str, object], document)[name]
    except (OSError, ValueError, KeyError, TypeError):
        return "api"
    return document.strip("/") if isinstance(document, str) else "api"


def function_names(root: Path) -> frozenset[str]:
    """The functions of the app, by their folders."""
    return frozenset(path.parent.name for path in root.glob("*/function.json"))
