"""Code of small functions for the tests of this folder."""

ECHO = """
import json

def main(req: func.HttpRequest) -> func.HttpResponse:
    seen = {
        "method": req.method,
        "url": req.url,
        "params": dict(req.params),
        "route": dict(req.route_params),
        "headers": dict(req.headers),
        "body": len(req.get_body()),
    }
    return func.HttpResponse(json.dumps(seen), mimetype="application/json")
"""
OK = """
def main(req: func.HttpRequest) -> str:
    return "ok"
"""
WAITS = """
import asyncio, logging, pathlib

async def main(req: func.HttpRequest) -> str:
    logging.info("waiting")
    while not pathlib.Path("go").exists():
        await asyncio.sleep(0.01)
    return "ok"
"""
"""Runs until the app's folder has a file `go`."""


def returning(expressions: dict[str, str]) -> str:
    """Return the code of a function that returns one of several values, by `?kind=NAME`."""
    entries = "".join(f"    {name!r}: lambda: {text},\n" for name, text in expressions.items())
    return (
        "def R(body=None, status=None, **rest):\n"
        "    return func.HttpResponse(body, status_code=status, **rest)\n\n"
        "def with_headers(*pairs, body='x'):\n"
        "    answer = R(body)\n"
        "    for name, value in pairs:\n"
        "        answer.headers.add(name, value)\n"
        "    return answer\n\n"
        f"KINDS = {{\n{entries}}}\n\n"
        "def main(req: func.HttpRequest):\n"
        "    return KINDS[req.params['kind']]()\n"
    )
