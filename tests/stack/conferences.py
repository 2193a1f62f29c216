"""Conferences as Twilio's API lists them: one request for each status."""

from typing import Any

from local_stack.testing import LocalStack


def conferences(stack: LocalStack) -> list[dict[str, Any]]:
    """Return all conferences; those that aren't over come first."""
    paths = (f"Conferences.json?Status={one}" for one in ("init", "in-progress", "completed"))
    return [one for path in paths for one in stack.rest("GET", path).json()["conferences"]]
