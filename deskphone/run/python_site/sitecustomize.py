"""Lets twilio-python use the proxy and its certificate. `deskphone run` puts this on PYTHONPATH.

The async client makes an aiohttp session, which ignores the environment's proxy unless it is told
not to. The other client, before version 7 of the SDK, makes a session of Requests that ignores
REQUESTS_CA_BUNDLE. Nothing else changes. Any Python from 3.7 may load this.
"""

from __future__ import annotations

import functools
import importlib.machinery
import importlib.util
import os
import sys
import types

TYPE_CHECKING = False  # loading typing would slow Python down
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

HERE = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - quick to load


def trusting(make: Callable[..., Any]) -> Callable[..., Any]:
    """Return a maker of aiohttp sessions that use the environment's proxy."""
    return functools.partial(make, trust_env=True)


def verifying(make: Callable[..., Any]) -> Callable[..., Any]:
    """Return a maker of Requests sessions that use the environment's certificates."""

    def session(*args: object, **kwargs: object) -> Any:
        made = make(*args, **kwargs)
        made.verify = os.environ.get("REQUESTS_CA_BUNDLE", made.verify)
        return made

    return session


SESSIONS = {
    "twilio.http.async_http_client": ("ClientSession", trusting),
    "twilio.http.http_client": ("Session", verifying),
}
"""By module: its name for a session's class, and what replaces it."""


class Finder:
    """Changes the modules of SESSIONS when they are loaded."""

    def __init__(self) -> None:
        self.found: set[str] = set()

    def find_spec(
        self, name: str, path: object = None, target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return the spec of a module in SESSIONS, with a changed loader."""
        if name not in SESSIONS or name in self.found:
            return None
        self.found.add(name)
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.loader is not None:
            load = spec.loader.exec_module

            def exec_module(module: types.ModuleType) -> None:
                load(module)
                attribute, replace = SESSIONS[name]
                if hasattr(module, attribute):
                    vars(module)[attribute] = replace(getattr(module, attribute))

            spec.loader.exec_module = exec_module
        return spec


def load_next() -> None:
    """Load the sitecustomize.py that Python would have loaded without this one."""
    sys.path[:] = [folder for folder in sys.path if os.path.abspath(folder) != HERE]  # noqa: PTH100
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize")
    if spec is not None and spec.loader is not None:
        module = importlib.util.module_from_spec(spec)
        sys.modules["sitecustomize"] = module
        spec.loader.exec_module(module)


sys.meta_path.insert(0, Finder())
load_next()
