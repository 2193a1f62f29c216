"""The prefixes of function names: who can call the function, and how."""

import json
from typing import NamedTuple


class Door(NamedTuple):
    """A type of function.

    `library` is the folder for its logic, relative to the project; `caller` says who can call it.
    """

    auth_level: str
    methods: tuple[str, ...]
    library: str
    caller: str

    @property
    def function_json(self) -> str:
        """The text of `function.json`; without a `route`, URLs end in the function's name."""
        trigger = {"type": "httpTrigger", "direction": "in", "name": "req"}
        trigger |= {"authLevel": self.auth_level, "methods": [*self.methods]}
        out = {"type": "http", "direction": "out", "name": "$return"}
        return json.dumps({"bindings": [trigger, out]}, indent=2) + "\n"


KEY_HOLDERS = "Callers need the function key."
TWILIO = "Only Twilio can call it; requests must be signed."

DOORS = {
    "Send": Door("function", ("post",), "shared/own", KEY_HOLDERS),
    "Place": Door("function", ("post",), "shared/own", KEY_HOLDERS),
    "Get": Door("function", ("get", "head"), "shared/own", KEY_HOLDERS),
    "Twiml": Door("anonymous", ("get", "head", "post"), "shared/answers", TWILIO),
    "On": Door("anonymous", ("post",), "shared/own", TWILIO),
}
