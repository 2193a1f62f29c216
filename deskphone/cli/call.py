"""`deskphone call NUMBER`: call your app, press keys, and print what is heard."""

import argparse
import sys
from collections.abc import Sequence
from typing import Any

from deskphone.cli.remote import (
    Remote,
    RemoteError,
    add_remote_options,
    print_alerts,
    remote_of,
    wait_until,
)
from deskphone.terminal import Terminal

ENDED = ("completed", "busy", "no-answer", "failed", "canceled")
HEARD = {"Say": "{}", "Play": "[plays {}]", "Record": "[records]", "Dial": "[dials {}]"}
"""How to print what a verb lets the caller hear."""
LATE = (
    "The call didn't end in time, and was ended. To wait longer, use --timeout. If deskphone runs "
    "with --clock manual, nothing happens until its clock is advanced.\n"
)
ASKS = ("Gather", "Record")
PROMPT_POLLS = 10
"""How often to look for a prompt: there may be none."""


class Action(argparse.Action):
    """Appends the option's name and value to `actions`, to keep the order of all actions."""

    def __call__(
        self, parser: object, namespace: argparse.Namespace, values: object, option: object = None
    ) -> None:
        """Append one action."""
        namespace.actions = [*namespace.actions, (self.dest, str(values))]


def main(arguments: Sequence[str]) -> int:
    """Return 0, 1 if the call fails or Twilio would report an error, or 2 if it can't be placed."""
    parser = argparse.ArgumentParser(
        prog="deskphone call",
        description=(
            "Call your app's number from a handset, and print what is heard. Each --press or --say "
            "answers the next <Gather> or <Record>, and interrupts its prompt as on any phone."
        ),
    )
    parser.add_argument("number", metavar="NUMBER", help="your app's number, such as +12025550100")
    parser.add_argument("--press", action=Action, metavar="KEYS", help="keys to press; repeatable")
    parser.add_argument("--say", action=Action, metavar="WORDS", help="words to say; repeatable")
    parser.set_defaults(actions=[])
    add_remote_options(parser)
    options = parser.parse_args(arguments)
    try:
        return _call(remote_of(options), options)
    except RemoteError as error:
        sys.stderr.write(f"{error}\n")
        return 2


def _call(remote: Remote, options: argparse.Namespace) -> int:
    sid: str = remote.post("calls", **{"from": options.handset, "to": options.number})["sid"]
    call = Conversation(remote, sid, options.actions)
    if not wait_until(call.step, options.timeout):
        call.hang_up()
        sys.stderr.write(LATE)
    for action, value in call.actions:
        sys.stderr.write(f"The call ended before --{action} {value!r} was needed.\n")
    is_wrong = print_alerts(remote, sid)
    return int(is_wrong or bool(call.actions) or call.status != "completed")


class Conversation:
    """A call in progress. `actions` are the names and values of what is still to be done."""

    def __init__(self, remote: Remote, sid: str, actions: Sequence[tuple[str, str]]) -> None:
        self._remote = remote
        self._sid = sid
        self._printed = 0
        self._answered_at = -1.0
        self._prompt_polls = 0
        self.actions = list(actions)
        self.status = ""

    def step(self) -> bool:
        """Print what was heard since, and act if the app waits; return whether the call ended."""
        call = self._remote.get(f"calls/{self._sid}")
        self.status = call["status"]
        timeline: list[dict[str, Any]] = call["timeline"]
        for entry in timeline[self._printed :]:
            _print(entry)
        self._printed = len(timeline)
        if self.status in ENDED:
            return True
        if self.actions and call["wants"] and self._is_prompted(timeline):
            self._act(*self.actions.pop(0))
        return False

    def hang_up(self) -> None:
        """End the call."""
        self._remote.post(f"calls/{self._sid}/hangup")
        self.status = "timeout"

    def _is_prompted(self, timeline: Sequence[dict[str, Any]]) -> bool:
        """Whether there is a verb to answer that wasn't answered yet, and its prompt has begun."""
        asks = [number for number, entry in enumerate(timeline) if entry["name"] in ASKS]
        if not asks or timeline[asks[-1]]["at"] <= self._answered_at:
            return False
        self._prompt_polls += 1
        if asks[-1] == len(timeline) - 1 and self._prompt_polls < PROMPT_POLLS:
            return False
        self._answered_at, self._prompt_polls = timeline[asks[-1]]["at"], 0
        return True

    def _act(self, action: str, value: str) -> None:
        Terminal.print(f"> {value}")
        if action == "press":
            self._remote.post(f"calls/{self._sid}/keys", digits=value)
        else:
            self._remote.post(f"calls/{self._sid}/speech", text=value)


def _print(entry: dict[str, Any]) -> None:
    """Print an entry of the timeline if the caller hears it."""
    if entry["kind"] == "verb" and entry["name"] in HEARD:
        attributes = entry["attributes"]
        what = entry["text"] or attributes.get("url") or attributes.get("digits", "")
        Terminal.print(HEARD[entry["name"]].format(what))
