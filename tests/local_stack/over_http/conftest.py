"""One host with many small functions, for all tests that only send requests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.local_stack.conftest import AppFolder, MakeAppFolder, RunHost, RunningHost

ECHO = """
import base64, json

async def main(req: func.HttpRequest) -> func.HttpResponse:
    seen = {
        "method": req.method,
        "url": req.url,
        "params": dict(req.params),
        "route": dict(req.route_params),
        "headers": dict(req.headers),
        "body": base64.b64encode(req.get_body()).decode(),
        "form": {name: req.form.getlist(name) for name in req.form},
    }
    return func.HttpResponse(json.dumps(seen), mimetype="application/json")
"""
BINARY = """
def main(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(bytes(range(256)), mimetype="application/octet-stream")
"""
COOKIES = """
async def main(req: func.HttpRequest) -> func.HttpResponse:
    answer = func.HttpResponse("", status_code=202, headers={"X-Kind": "test"})
    answer.headers.add("Set-Cookie", "first=1; Path=/; HttpOnly")
    answer.headers.add("Set-Cookie", "second=2; Max-Age=60; Secure; SameSite=Lax")
    return answer
"""
TEXT = """
def main(req: func.HttpRequest) -> str:
    return "h\\u00e9"
"""
NOTHING = """
async def main(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(status_code=204)
"""
RAISES = """
async def main(req: func.HttpRequest) -> func.HttpResponse:
    raise KeyError("the key that is missing")
"""
EXITS = """
import sys

async def main(req: func.HttpRequest) -> func.HttpResponse:
    sys.exit(3)
"""
EXITS_IN_THREAD = """
import sys

def main(req: func.HttpRequest) -> func.HttpResponse:
    sys.exit(3)
"""
CANCELS = """
import asyncio

async def main(req: func.HttpRequest) -> func.HttpResponse:
    raise asyncio.CancelledError
"""
BAD_HEADER = """
async def main(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse("", headers={"X-Split": "a\\r\\nX-Evil: b"})
"""
LOGS = """
import logging

def main(req: func.HttpRequest) -> func.HttpResponse:
    logging.info("two\\nlines")
    logging.getLogger("shop").warning("low on %s", req.params.get("what"))
    return func.HttpResponse("")
"""
OWN_MODULE = """
import os
from helpers import places

def main(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(places.NAME + " " + os.getcwd())
"""


def build(app: AppFolder) -> None:
    """Add the functions."""
    app.add("Echo", ECHO)
    app.add("Keyed", ECHO, {"authLevel": "function"})
    app.add("Managed", ECHO, {"authLevel": "admin"})
    app.add("OnlyGet", ECHO, {"methods": ["get"]})
    app.add("KeyedPost", ECHO, {"authLevel": "function", "methods": ["post"]})
    app.add("Item", ECHO, {"route": "items/{id:int}/{part?}"})
    app.add("LatestItem", ECHO, {"route": "items/latest"})
    app.add("Files", ECHO, {"route": "files/{*path}"})
    app.add("Binary", BINARY)
    app.add("Cookies", COOKIES)
    app.add("Text", TEXT)
    app.add("Nothing", NOTHING)
    app.add("Raises", RAISES)
    app.add("Exits", EXITS)
    app.add("ExitsInThread", EXITS_IN_THREAD)
    app.add("Cancels", CANCELS)
    app.add("BadHeader", BAD_HEADER)
    app.add("Logs", LOGS)
    app.add("OwnModule", OWN_MODULE)
    app.write("helpers/__init__.py", "")
    app.write("helpers/places.py", 'NAME = "found"\n')
    app.add("Disabled", ECHO, disabled=True)
    app.add("SwitchedOff", ECHO)
    app.add("Entry", ECHO.replace("main", "handle"), scriptFile="code.py", entryPoint="handle")
    (app.root / "Entry" / "__init__.py").rename(app.root / "Entry" / "code.py")
    app.add("Misspelt", "def main(request) -> str:\n    return ''\n", {"authLevel": "function"})
    app.add("BrokenImport", "import no_such_package\n\ndef main(req): ...\n")
    app.add("BrokenSyntax", "def main(req:\n")
    app.add("NoEntry", ECHO, entryPoint="missing")
    app.add("Queued", "def main(req): ...\n", {"type": "queueTrigger"})
    app.write("NotJson/function.json", "{")
    app.write("NotJson/__init__.py", "")


@pytest.fixture(scope="session")
def app_root(app_folder: MakeAppFolder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the app with many small functions."""
    app = app_folder(tmp_path_factory.mktemp("app"))
    build(app)
    return app.root


@pytest.fixture(scope="session")
def host(run_host: RunHost, app_root: Path) -> Iterator[RunningHost]:
    """A host that runs it."""
    with run_host(app_root, {"AzureWebJobs.SwitchedOff.Disabled": "1"}) as running:
        yield running
