"""The OpenAPI document of /emulator/v1/, and a check of requests and responses against it."""

import json
import re
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import requests
from jsonschema import Draft202012Validator

from deskphone.docs.pages import OPENAPI

API: dict[str, Any] = json.loads(OPENAPI.read_text("utf-8"))
PROBLEM: dict[str, Any] = {"$ref": "#/components/schemas/Problem"}
NOT_ROUTED = {404, 405}
METHODS = {"get", "put", "post", "delete"}


@cache
def validator(schema: str) -> Draft202012Validator:
    return Draft202012Validator({**json.loads(schema), "components": API["components"]})


def validate(schema: dict[str, Any], value: object) -> None:
    """Raise jsonschema's ValidationError unless the value follows the schema."""
    validator(json.dumps(schema)).validate(value)


def operation(method: str, path: str) -> dict[str, Any]:
    """Return the operation of a path below /emulator/v1/. Raise LookupError for another."""
    bare = "/" + path.partition("?")[0]
    templates = sorted(API["paths"], key=lambda template: template.count("{"))
    patterns = {one: re.sub(r"\{\w+\}", "[^/]+", one) for one in templates}
    found = [one for one, pattern in patterns.items() if re.fullmatch(pattern, bare)]
    return API["paths"][found[0]][method.lower()]


def check(method: str, path: str, body: object, response: requests.Response) -> None:
    """Check a response, and its request if that was accepted.

    `path` is below /emulator/v1/.
    """
    described = operation(method, path)
    if not response.ok and str(response.status_code) not in described["responses"]:
        assert response.headers["Content-Type"].startswith("application/problem+json")
        validate(PROBLEM, response.json())
        return
    if response.ok and "requestBody" in described:
        validate(described["requestBody"]["content"]["application/json"]["schema"], body)
    content = described["responses"][str(response.status_code)].get("content")
    if content is None:
        return
    media_type = response.headers["Content-Type"].partition(";")[0]
    if "schema" in content[media_type]:
        validate(content[media_type]["schema"], response.json())


def check_response(response: requests.Response, **_: object) -> None:
    """Check a response as a hook of a session; skip other paths."""
    request = response.request
    path = urlsplit(request.url or "").path
    method = (request.method or "").lower()
    if (
        not path.startswith("/emulator/")
        or response.status_code in NOT_ROUTED
        or method not in METHODS
    ):
        return
    below = path.removeprefix("/emulator/").removeprefix("v1/")
    sent = request.body
    body = json.loads(sent) if response.ok and isinstance(sent, (bytes, str)) else None
    check(method, below, body, response)
