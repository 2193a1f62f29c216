"""Many concurrent calls: queues and conferences stay consistent whatever people do."""

from random import Random
from typing import Any
from xml.sax.saxutils import quoteattr

import pytest

from local_stack.testing import LocalStack

STEPS = 120
HOLD = '<Response><Say>Hold</Say><Pause length="3"/></Response>'
NEW = "<Response><Say>Elsewhere</Say><Enqueue>support</Enqueue></Response>"


class Crowd:
    """People who call, wait, meet and leave at random."""

    def __init__(self, stack: LocalStack, random: Random) -> None:
        self.stack = stack
        self.random = random
        self.calls: list[str] = []
        self.hold = quoteattr(stack.twiml_url(HOLD))

    def call(self) -> None:
        """Wait in the queue, take a call out of it, or join the conference."""
        queue, room = (
            "<Queue url={0}>support</Queue>",
            "<Conference {1} waitUrl={0}>room</Conference>",
        )
        verb = self.random.choice(
            (
                "<Enqueue waitUrl={0}>support</Enqueue><Say>After</Say>",
                f'<Dial timeout="10" hangupOnStar="true">{queue}</Dial><Dial>{queue}</Dial>',
                f'<Dial hangupOnStar="true">{room}</Dial><Say>After</Say>',
            )
        )
        ends = f'endConferenceOnExit="{self.random.choice(("true", "false", "false"))}"'
        document = f"<Response>{verb.format(self.hold, ends)}</Response>"
        sid = self.stack.place_call(document, To=f"+1202556{len(self.calls):04d}")
        self.calls.append(sid)
        self.stack.advance(0.5)
        self.stack.answer(sid)
        self.stack.advance(0)

    def leave(self) -> None:
        """Hang up, press * or redirect a random call."""
        sid = self.random.choice(self.calls)
        if self.stack.call(sid)["status"] == "in-progress":
            what = self.random.choice(("hang up", "star", "elsewhere"))
            if what == "hang up":
                self.stack.hang_up(sid)
            elif what == "star":
                self.stack.press(sid, "*")
            else:
                self.stack.rest("POST", f"Calls/{sid}.json", {"Twiml": NEW})
        self.stack.advance(self.random.choice((0, 0, 4)))

    def moderate(self) -> None:
        """Hold, address or remove a conference participant, or end the conference."""
        for conference in listed(self.stack, "Conferences", "?Status=in-progress"):
            path = f"Conferences/{conference['sid']}"
            who = self.random.choice(listed(self.stack, f"{path}/Participants"))["call_sid"]
            one = f"{path}/Participants/{who}.json"
            url = self.stack.twiml_url(HOLD)
            method, target, form = self.random.choice(
                (
                    ("POST", one, {"Hold": self.random.choice(("true", "false")), "HoldUrl": url}),
                    ("POST", one, {"AnnounceUrl": url}),
                    ("DELETE", one, {}),
                    ("POST", f"{path}.json", {"Status": "completed"}),
                )
            )
            assert self.stack.rest(method, target, form).ok
        self.stack.advance(0)


def listed(stack: LocalStack, path: str, query: str = "") -> list[dict[str, Any]]:
    """Return the entries of a list in Twilio's API."""
    answer = stack.rest("GET", f"{path}.json{query}").json()
    return next(value for value in answer.values() if isinstance(value, list))


def check_order(stack: LocalStack, calls: list[str]) -> None:
    """Check that waiting calls are live and in order, and that connections are mutual."""
    for queue in listed(stack, "Queues"):
        members = listed(stack, f"Queues/{queue['sid']}/Members")
        waits = [member["wait_time"] for member in members]
        assert waits == sorted(waits, reverse=True)
        assert all(stack.call(one["call_sid"])["status"] == "in-progress" for one in members)
    for sid in calls:
        other = stack.call(sid)["connected_to"]
        assert other is None or stack.call(other)["connected_to"] == sid
    for conference in listed(stack, "Conferences"):
        present = listed(stack, f"Conferences/{conference['sid']}/Participants")
        assert bool(present) == (conference["status"] != "completed")
        assert all(stack.call(one["call_sid"])["status"] == "in-progress" for one in present)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(3))
def test_a_crowd_leaves_no_state_behind(stack: LocalStack, seed: int) -> None:
    crowd = Crowd(stack, Random(seed))  # noqa: S311 - people, no secrets
    crowd.call()
    for _ in range(STEPS):
        crowd.random.choices((crowd.call, crowd.leave, crowd.moderate), (5, 3, 1))[0]()
        check_order(stack, crowd.calls[-20:])
    for sid in crowd.calls:
        if stack.call(sid)["status"] == "in-progress":
            stack.hang_up(sid)
        stack.advance(0)
    stack.advance(60)

    assert {stack.call(sid)["status"] for sid in crowd.calls} == {"completed"}
    assert {queue["current_size"] for queue in listed(stack, "Queues")} <= {0}
    assert {one["status"] for one in listed(stack, "Conferences")} <= {"completed"}
    assert [one for one in stack.alerts() if "failed here" in one["message"]] == []
