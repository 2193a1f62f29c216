"""Answer `/admin/...` and `/runtime/...`, which the host has besides the functions."""

import json
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from aiohttp.web_request import BaseRequest
from aiohttp.web_response import Response, StreamResponse

from local_stack.host.admin.functions import described, zipped
from local_stack.host.admin.status import Status
from local_stack.host.app.application import Application, Function
from local_stack.host.app.keys import Key, KeyKind, Keys
from local_stack.host.http.answers import SERVER_NAME, empty
from local_stack.host.http.bodies import read_in_time
from local_stack.host.http.requests import Query, given_key

JSON = "application/json; charset=utf-8"
NO_STORE = {"Cache-Control": "no-store,no-cache", "Pragma": "no-cache"}
BEARER = {"WWW-Authenticate": "Bearer"}
WITHOUT_KEY = {"/admin/host/ping": NO_STORE, "/admin/warmup": dict[str, str]()}

Invoke = Callable[[Function], Awaitable[None]]


def exists(path: str) -> bool:
    """Return whether a path below /admin, in lower case, is an endpoint that needs a key."""
    match path.split("/")[2:]:
        case ["host", "status" | "keys" | "systemkeys" | "extensions"]:
            return True
        case ["functions"] | ["functions", _] | ["functions", _, "status" | "keys"]:
            return True
        case _:
            return False


class Endpoints:
    """The endpoints of one app."""

    def __init__(self, application: Application, root: Path, keys: Keys, invoke: Invoke) -> None:
        """`invoke` runs a function that isn't triggered by HTTP, in the background."""
        self._application = application
        self._root = root
        self._keys = keys
        self._invoke = invoke
        self._status = Status(application)

    async def answer(self, request: BaseRequest, path: str, query: Query) -> StreamResponse | None:
        """Return the response, or None if there is no such endpoint."""
        lower = path.lower().rstrip("/")
        if not lower.startswith(("/admin/", "/runtime/")):
            return None
        if lower in WITHOUT_KEY:
            return empty(200, WITHOUT_KEY[lower])
        key = given_key(request, query)
        kind = self._keys.kind(key) if key else None
        if lower.startswith("/runtime/webhooks/"):
            return empty(404) if kind == "master" else empty(401, BEARER)
        if lower == "/admin/vfs" or lower.startswith("/admin/vfs/"):
            return empty(401 if kind is None else 403)
        if lower.startswith("/runtime/") or not exists(lower):
            return None
        return self._refusal(kind) or await self._allowed(request, lower)

    def _refusal(self, kind: KeyKind | None) -> Response | None:
        """Return the response without the master key: no valid key, or one that isn't enough."""
        if kind == "master":
            return None
        return empty(401, BEARER) if kind is None else empty(403)

    async def _allowed(self, request: BaseRequest, path: str) -> StreamResponse:
        """Answer a request with the master key."""
        base = f"http://{request.headers['Host']}"
        match path.split("/")[2:]:
            case ["host", "status"]:
                return as_json(self._status.document())
            case ["host", "keys"]:
                return as_json(key_list(self._keys.host, f"{base}/admin/host/keys"))
            case ["host", "systemkeys"]:
                return as_json(key_list(self._keys.system, f"{base}/admin/host/systemkeys"))
            case ["host", "extensions"]:
                return as_json({"extensions": []})
            case ["functions"]:
                return as_json(
                    [
                        described(one, self._application, self._root, base)
                        for one in self._application.functions.values()
                        if one.listed
                    ]
                )
            case ["functions", "download"]:
                return self._download()
            case ["functions", name, *rest]:
                return await self._function(request, name, rest[0] if rest else "", base)
            case _:
                return empty(404)

    async def _function(
        self, request: BaseRequest, name: str, part: str, base: str
    ) -> StreamResponse:
        """Answer a request about one function."""
        function = self._application.find(name)
        if function is None:
            return empty(404)
        if part == "status":
            return as_json({"errors": [function.error]} if function.error else {})
        if part == "keys":
            keys = self._keys.functions.get(name, ())
            return as_json(key_list(keys, f"{base}/admin/functions/{function.name}/keys"))
        if request.method == "GET":
            return as_json(described(function, self._application, self._root, base))
        if request.method != "POST":
            return empty(500)  # Azure's host fails here too
        refused = await input_status(request)
        if refused:
            return empty(refused)
        await self._invoke(function)
        return empty(202)

    def _download(self) -> StreamResponse:
        headers = {
            "Server": SERVER_NAME,
            "Content-Type": "application/octet-stream",
            "Content-Disposition": "attachment; filename=functions.zip; "
            "filename*=UTF-8''functions.zip",
        }
        return Response(headers=headers, body=zipped(self._root, self._application))


async def input_status(request: BaseRequest) -> int:
    """Return the status with which an invocation is refused, 0 if its body is right."""
    if request.content_type != "application/json":
        return 415
    try:
        document: Any = json.loads(await read_in_time(request))
    except (ValueError, RecursionError):
        return 400
    if not isinstance(document, dict):
        return 400
    given = next((document[name] for name in document if name.lower() == "input"), None)
    return 400 if isinstance(given, (dict, list)) else 0


def key_list(keys: Sequence[Key], href: str) -> object:
    """Return keys as the host lists them."""
    return {
        "keys": [{"name": key.name, "value": key.value} for key in keys],
        "links": [{"rel": "self", "href": href}],
    }


def as_json(document: object) -> Response:
    """Return compact JSON."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    body = text.encode(errors="replace")  # function.json may have half of a character
    return Response(headers={"Server": SERVER_NAME, "Content-Type": JSON}, body=body)
