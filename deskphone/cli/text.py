"""`deskphone text NUMBER BODY`: send a text to your app, and print its replies."""

import argparse
import sys
from collections.abc import Sequence
from typing import Any

from deskphone.cli.remote import (
    Remote,
    RemoteError,
    add_remote_options,
    alerts_of,
    print_alerts,
    remote_of,
    wait_until,
)
from deskphone.terminal import Terminal

LATE = (
    "Your app didn't answer in time. To wait longer, use --timeout. If deskphone runs with "
    "--clock manual, nothing happens until its clock is advanced.\n"
)
REPLY = "outbound-reply"
CALM_POLLS = 3
"""A redirect follows a response at once."""


def main(arguments: Sequence[str]) -> int:
    """Return 0, 1 if Twilio would report an error, or 2 if the text can't be sent."""
    parser = argparse.ArgumentParser(
        prog="deskphone text",
        description="Send a text from a handset to your app's number, and print the replies.",
    )
    parser.add_argument("number", metavar="NUMBER", help="your app's number, such as +12025550100")
    parser.add_argument("body", metavar="BODY", help="the text")
    add_remote_options(parser)
    options = parser.parse_args(arguments)
    try:
        return _send(remote_of(options), options)
    except RemoteError as error:
        sys.stderr.write(f"{error}\n")
        return 2


def _send(remote: Remote, options: argparse.Namespace) -> int:
    fields = {"from": options.handset, "to": options.number, "body": options.body}
    sid: str = remote.post("texts", **fields)["sid"]
    if not wait_until(Progress(remote, sid).is_over, options.timeout):
        sys.stderr.write(LATE)
        return 1
    texts: list[dict[str, Any]] = remote.get(f"handsets/{options.handset}")["texts"]
    position = [text["sid"] for text in texts].index(sid)
    for text in texts[position:]:
        if text["direction"] == REPLY:
            Terminal.print(text["body"] or " ".join(text["media"]))
    return int(print_alerts(remote, sid))


class Progress:
    """How far your app is with a text."""

    def __init__(self, remote: Remote, sid: str) -> None:
        self._remote = remote
        self._sid = sid
        self._seen = (0, 0)
        self._calm = 0

    def is_over(self) -> bool:
        """Whether all requests to the app have ended, and no other has followed for a moment."""
        webhooks = self._remote.get(f"webhooks?sid={self._sid}")
        seen = (len(webhooks), len(alerts_of(self._remote, self._sid)))
        is_idle = all(one["status"] or one["error"] for one in webhooks) and any(seen)
        self._calm = self._calm + 1 if is_idle and seen == self._seen else 0
        self._seen = seen
        return self._calm >= CALM_POLLS
