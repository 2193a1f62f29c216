"""requests.http: send each request to the local stack and check the status in its title."""

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

from local_stack.testing import LocalStack
from local_stack.values import FUNCTIONS_PORT

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "requests.http").read_text("utf-8")
VARIABLE = re.compile(r"\{\{([^}]+)\}\}")


class Request(NamedTuple):
    """One request of the file, with unresolved variables."""

    name: str
    status: int
    method: str
    url: str
    headers: dict[str, str]
    body: str


def read_request(part: str) -> Request:
    """Parse the text between two ### lines."""
    title, *lines = part.strip().splitlines()
    name = next((line.removeprefix("# @name ") for line in lines if line.startswith("# @name")), "")
    head, _, body = "\n".join(line for line in lines if line[:1] != "#").partition("\n\n")
    first, *headers = head.splitlines()
    method, _, url = first.partition(" ")
    pairs = dict(line.split(": ", 1) for line in headers)
    return Request(name, int(title.rpartition(": ")[2]), method, url, pairs, body)


def read_file(text: str) -> tuple[dict[str, str], list[Request]]:
    """Return the variables and the requests of a file."""
    parts = re.split(r"^### ", text, flags=re.MULTILINE)
    variables = dict(re.findall(r"^@(\w+) = (.+)$", parts[0], re.MULTILINE))
    return variables, [read_request(part) for part in parts[1:]]


def filled(text: str, variables: dict[str, str], answers: dict[str, Any]) -> str:
    """Resolve variables and fields of earlier responses: {{name.response.body.$.field}}."""

    def value(match: re.Match[str]) -> str:
        name, _, field = match[1].partition(".response.body.$.")
        return str(answers[name][field]) if field else variables[name]

    return VARIABLE.sub(value, text)


def test_every_request_gets_the_status_in_its_title(stack: LocalStack) -> None:
    variables, requests = read_file(TEXT)
    variables["functions"] = f"{stack.functions_url}/api"
    answers: dict[str, Any] = {}
    statuses: list[int] = []
    for request in requests:
        answer = stack.http.request(
            request.method,
            filled(request.url, variables, answers),
            headers={
                name: filled(value, variables, answers) for name, value in request.headers.items()
            },
            data=filled(request.body, variables, answers),
            timeout=10,
        )
        statuses.append(answer.status_code)
        if request.name:
            answers[request.name] = answer.json()

    assert statuses == [request.status for request in requests]


def test_the_file_is_for_the_local_stack() -> None:
    assert read_file(TEXT)[0]["functions"] == f"http://127.0.0.1:{FUNCTIONS_PORT}/api"


def test_each_function_with_a_key_has_a_request() -> None:
    asked = {request.url.rpartition("/")[2].partition("?")[0] for request in read_file(TEXT)[1]}
    with_key = {
        path.parent.name
        for path in ROOT.glob("*/function.json")
        if json.loads(path.read_text())["bindings"][0]["authLevel"] == "function"
    }

    assert with_key <= asked
