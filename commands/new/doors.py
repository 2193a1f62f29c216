"""What the first word of a function's name stands for: who comes in, and how."""

import json
from typing import NamedTuple


class Door(NamedTuple):
    """A kind of function.

    `library` is the folder of its logic, relative to the project. `caller` is who may call it.
    """

    auth_level: str
    methods: tuple[str, ...]
    library: str
    caller: str

    @property
    def function_json(self) -> str:
        """The text of `function.json`; there is no `route`, since URLs end in the name."""
        trigger = {"type": "httpTrigger", "direction": "in", "name": "req"}
        trigger |= {"authLevel": self.auth_level, "methods": [*self.methods]}
        out = {"type": "http", "direction": "out", "name": "$return"}
        return json.dumps({"bindings": [trigger, out]}, indent=2) + "\n"


KEY_HOLDERS = "callers with the function key"
TWILIO = "Twilio, signed"

DOORS = {
    "Send": Door("function", ("post",), "shared/own", KEY_HOLDERS),
    "Place": Door("function", ("post",), "shared/own", KEY_HOLDERS),
    "Get": Door("function", ("get",), "shared/own", KEY_HOLDERS),
    "Twiml": Door("anonymous", ("get", "post"), "shared/answers", TWILIO),
    "On": Door("anonymous", ("post",), "shared/own", TWILIO),
}
