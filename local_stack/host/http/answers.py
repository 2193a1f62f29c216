"""Build the host's responses."""

import json
from collections.abc import Mapping, Sequence

from aiohttp.web_response import Response
from multidict import CIMultiDict

from local_stack.host.functions import FunctionAnswer

SERVER_NAME = "Kestrel"  # the server of Azure's host, without a version
# The server sets these itself.
CONNECTION_HEADERS = frozenset(
    {"connection", "content-length", "date", "keep-alive", "server", "transfer-encoding"}
)


def to_response(answer: FunctionAnswer) -> Response:
    """Return a function's answer as an HTTP response."""
    headers = CIMultiDict({"Server": SERVER_NAME})
    for name, value in answer.headers.items():
        if name.lower() not in CONNECTION_HEADERS:
            headers[name] = value
    for cookie in answer.cookies:
        headers.add("Set-Cookie", cookie)
    return Response(status=answer.status, headers=headers, body=answer.body)


def empty(status: int) -> Response:
    """Return a response without a body, like the Functions host for its own errors."""
    return Response(status=status, headers={"Server": SERVER_NAME})


def plain(status: int, text: str) -> Response:
    """Return a response in plain text."""
    return Response(status=status, headers={"Server": SERVER_NAME}, text=text + "\n")


def status_report(
    *, running: bool, functions: Sequence[str], errors: Sequence[Mapping[str, str]], instance: str
) -> Response:
    """Return the response of `GET /admin/host/status`, with the Functions host's field names."""
    report = {
        "state": "Running" if running else "Error",
        "instanceId": instance,
        "functions": functions,
        "errors": errors,
    }
    headers = {"Server": SERVER_NAME, "Content-Type": "application/json; charset=utf-8"}
    return Response(headers=headers, body=json.dumps(report).encode())
