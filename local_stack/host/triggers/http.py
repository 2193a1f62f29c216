"""The HTTP trigger: a request as a function sees it, and what becomes of its result."""

from collections.abc import Mapping
from dataclasses import dataclass
from http.cookies import Morsel, SimpleCookie
from typing import Any
from urllib.parse import quote

from azure_functions_runtime_v1.bindings.datumdef import Datum

from local_stack.host.app.function_file import FunctionDefinition
from local_stack.host.triggers.text_results import read_text_result
from local_stack.host.worker.functions import InvocationError, run

TEXT = "text/plain; charset=utf-8"
OK = 200
NO_CONTENT = 204


@dataclass(frozen=True)
class FunctionRequest:
    """An HTTP request as a function sees it. Header names are in lower case."""

    method: str
    url: str
    headers: Mapping[str, str]
    params: Mapping[str, str]
    route_params: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class FunctionAnswer:
    """What a function returned: status, headers, cookies and body."""

    status: int
    headers: Mapping[str, str]
    cookies: tuple[str, ...]
    body: bytes


async def invoke(definition: FunctionDefinition, request: FunctionRequest) -> FunctionAnswer:
    """Run a function for a request; raise InvocationError if it fails."""
    trace_parent = request.headers.get("traceparent", "")
    result = await run(definition, to_datum(request), trace_parent=trace_parent)
    if result.returned is not None:
        return to_answer(result.returned)
    values = [value for _, value in result.outputs]
    return to_answer(values[0]) if values else FunctionAnswer(NO_CONTENT, {}, (), b"")


def to_datum(request: FunctionRequest) -> Datum:
    """Convert a request to the runtime's type."""
    return Datum(
        {
            "method": text(request.method),
            "url": text(request.url),
            "headers": {name: text(value) for name, value in request.headers.items()},
            "query": {name: text(value) for name, value in request.params.items()},
            "params": {name: text(value) for name, value in request.route_params.items()},
            "body": Datum(request.body, "bytes"),
        },
        "http",
    )


def text(value: str) -> Datum:
    """Convert text to the runtime's type."""
    return Datum(value, "string")


def to_answer(returned: Datum) -> FunctionAnswer:
    """Convert a function's return value: an HttpResponse or a `str`. None is a failure."""
    value: Any = returned.value
    if value is None:
        raise InvocationError("the function returned None instead of a response")
    if returned.type != "http":
        result = read_text_result(str(value))
        headers = {"Content-Type": TEXT, **result.headers}
        return FunctionAnswer(result.status, headers, (), _encoded(result.body))
    cookies: list[SimpleCookie] = value["cookies"] or []
    headers: dict[str, Any] = {name: header.value for name, header in value["headers"].items()}
    return FunctionAnswer(
        status=status_of(value["status_code"].value),
        headers={name: value for name, value in headers.items() if value or name != "content-type"},
        cookies=tuple(cookie_of(morsel) for cookie in cookies for morsel in cookie.values()),
        body=bytes(value["body"].value),
    )


def _encoded(body: str) -> bytes:
    try:
        return body.encode()
    except UnicodeEncodeError as error:
        raise InvocationError(f"the function's text can't be encoded: {error}") from error


def status_of(value: object) -> int:
    """Return a status as .NET reads its text; what is no whole number is 200."""
    try:
        return int(str(value))
    except ValueError:
        return OK


def cookie_of(morsel: Morsel[str]) -> str:
    """Write a cookie as Azure's host does: with domain and path, and the value escaped again."""
    words = [f"{morsel.key}={quote(morsel.value, safe='')}"]
    if morsel["expires"]:
        words.append(f"expires={morsel['expires']}")
    if morsel["max-age"]:
        words.append(f"max-age={morsel['max-age']}")
    words += [f"domain={morsel['domain']}", f"path={morsel['path']}"]
    if morsel["secure"]:
        words.append("secure")
    if morsel["samesite"]:
        words.append(f"samesite={str(morsel['samesite']).lower()}")
    if morsel["httponly"]:
        words.append("httponly")
    return "; ".join(words)
