"""The state of the Functions host, for the page."""

import re
from http import HTTPStatus

from local_stack.supervision.supervisor import HostState

NAME_SHOWN = 80
"""The maximum length of a name in an alert."""


class HostView:
    """Holds the latest state of the host."""

    def __init__(self, answers_url: str) -> None:
        self._answers_url = answers_url
        self.state = HostState("starting", "")

    def view(self) -> dict[str, object]:
        """Return the state as JSON."""
        state = self.state
        return {
            "state": state.state,
            "reason": state.reason,
            "functions": list(state.functions),
            "errors": [{"function": name, "reason": reason} for name, reason in state.errors],
            "warnings": list(state.warnings),
        }

    def why(self, url: str, status: int) -> str:
        """Explain a 404 for a URL of a function that doesn't exist, otherwise return ""."""
        before, _, rest = url.partition(f"{self._answers_url}/")
        name = re.split("[?#]", rest)[0]
        known = [one.lower() for one in self.state.functions]
        if status != HTTPStatus.NOT_FOUND or before or not name or "/" in name:
            return ""
        return "" if name.lower() in known else f"the function {name[:NAME_SHOWN]} doesn't exist"
