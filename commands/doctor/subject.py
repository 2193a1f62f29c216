"""The app to check, and its settings."""

import json
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple, cast

from commands.errors import CommandError
from commands.local_values import FUNCTION_KEY, FUNCTIONS_PORT, PHONE_PORT, local_values
from commands.settings_file import read_settings
from shared.config.local_stack import is_loopback

# Settings for an account, a vault, or the emulator. If all are missing, nothing is set up yet.
ACCOUNT_SETTINGS = ("KEY_VAULT_URL", "TWILIO_ACCOUNT_SID", "LOCAL_STACK_URL")


class Place(StrEnum):
    """Where the app runs."""

    LOCAL_STACK = "python3 dev.py start"
    FUNC_START = "func start"
    DEPLOYMENT = "deployment"


class Request(NamedTuple):
    """The command line; `settings_file` is None for the default file, "" for no file."""

    url: str = ""
    key: str = ""
    local: bool = False
    port: int = FUNCTIONS_PORT
    phone_port: int = PHONE_PORT
    settings_file: str | None = None


class Subject(NamedTuple):
    """The app to check.

    `app_url` is its address as Twilio sees it, without a trailing slash. `values` are all its
    settings that are known here, `names` those that were set for it. `is_expected` is whether the
    user says that it is running.
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
    """Collect the settings: those of the file, overridden by the environment, like `func start`.

    An invalid file is reported in `file_problem` instead of raising an error.
    """
    file, problem = _read_file(root, request.settings_file)
    values = {**file, **environment}
    names = frozenset({*file, *(name for name in environment if name.startswith("TWILIO_"))})
    place = _place(request, values, is_set_up=bool(problem))
    if request.url:
        url = request.url.rstrip("/")
        values["PUBLIC_URL"] = url
    elif place is Place.LOCAL_STACK:
        url = f"http://127.0.0.1:{request.port}"
        # In `dev.py start`, the file overrides the environment, and its own values override both.
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
        function_key=request.key or (FUNCTION_KEY if place is Place.LOCAL_STACK else ""),
        ports=(request.port, request.phone_port),
        is_expected=bool(request.url) or request.local,
        file_problem=problem,
    )


def _place(request: Request, values: Mapping[str, str], *, is_set_up: bool) -> Place:
    """Return where the app runs; by default, without an account, the local stack."""
    if request.url:
        return Place.FUNC_START if is_loopback(request.url) else Place.DEPLOYMENT
    is_set_up = is_set_up or any(values.get(name, "").strip() for name in ACCOUNT_SETTINGS)
    return Place.LOCAL_STACK if request.local or not is_set_up else Place.FUNC_START


def _read_file(root: Path, name: str | None) -> tuple[dict[str, str], str]:
    """Return `Values` of a settings file, and what is wrong with it; "" means no file."""
    if name == "":
        return {}, ""
    try:
        return read_settings({}, root=root, file=name), ""
    except CommandError as error:
        return {}, str(error)


def route_prefix(root: Path) -> str:
    """Return the route prefix in host.json, `api` by default (Azure Functions, host.json)."""
    try:
        document: object = json.loads((root / "host.json").read_text("utf-8-sig"))
        for name in ("extensions", "http", "routePrefix"):
            document = cast(dict[str, object], document)[name]
    except (OSError, ValueError, KeyError, TypeError):
        return "api"
    return document.strip("/") if isinstance(document, str) else "api"


def function_names(root: Path) -> frozenset[str]:
    """Return the names of the app's functions, from their folders."""
    return frozenset(path.parent.name for path in root.glob("*/function.json"))
