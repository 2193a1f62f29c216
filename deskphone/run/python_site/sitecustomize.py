"""Lets twilio-python's async client use the proxy. `deskphone run` puts this on PYTHONPATH.

The client makes an aiohttp session, which ignores the environment's proxy unless it is told not to.
Nothing else changes. Any Python from 3.7 may load this.
"""

from __future__ import annotations

import functools
import importlib.machinery
import importlib.util
import os
import sys
import types

HERE = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - quick to load
CLIENT = "twilio.http.async_http_client"


class Finder:
    """Changes one module when it is loaded."""

    def find_spec(
        self, name: str, path: object = None, target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return the spec of twilio-python's async client, with a changed loader."""
        if name != CLIENT:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.loader is not None:
            load = spec.loader.exec_module

            def exec_module(module: types.ModuleType) -> None:
                load(module)
                if hasattr(module, "ClientSession"):
                    session = functools.partial(module.ClientSession, trust_env=True)
                    vars(module)["ClientSession"] = session

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
