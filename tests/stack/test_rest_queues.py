"""Queues and their Members in Twilio's REST API."""

from typing import TYPE_CHECKING, Any

import pytest

from local_stack.testing import LocalStack

if TYPE_CHECKING:
    from tests.conftest import WebServer

QUEUE_KEYS = {
    "account_sid",
    "average_wait_time",
    "current_size",
    "date_created",
    "date_updated",
    "friendly_name",
    "max_size",
    "sid",
    "uri",
}
MEMBER_KEYS = {"call_sid", "date_enqueued", "position", "queue_sid", "uri", "wait_time"}
NEW = "<Response><Say>New</Say></Response>"


def queue(stack: LocalStack, **parameters: str) -> dict[str, Any]:
    """Create a queue."""
    return stack.rest("POST", "Queues.json", {"FriendlyName": "support", **parameters}).json()


def waiting(stack: LocalStack, last_digit: int) -> str:
    """Make a caller wait in the queue "support"; return the SID."""
    document = "<Response><Enqueue>support</Enqueue><Say>Left</Say></Response>"
    sid = stack.place_call(document, To=f"+1202555013{last_digit}")
    stack.advance(1)
    stack.answer(sid)
    stack.advance(0)
    return sid


def test_a_queue_has_twilios_members(stack: LocalStack) -> None:
    created = queue(stack, MaxSize="7")

    assert set(created) == QUEUE_KEYS
    assert (created["friendly_name"], created["max_size"]) == ("support", 7)
    assert (created["current_size"], created["average_wait_time"]) == (0, 0)
    assert stack.rest("GET", f"Queues/{created['sid']}.json").json() == created


def test_queues_are_listed_newest_first(stack: LocalStack) -> None:
    queue(stack)
    queue(stack, FriendlyName="sales")
    listed = stack.rest("GET", "Queues.json").json()["queues"]

    assert [one["friendly_name"] for one in listed] == ["sales", "support"]
    assert {one["max_size"] for one in listed} == {1000}


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"FriendlyName": "q" * 65},
        {"FriendlyName": "taken"},
        {"FriendlyName": "a", "MaxSize": "5001"},
        {"FriendlyName": "a", "MaxSize": "0"},
    ],
)
def test_an_invalid_queue_is_refused(stack: LocalStack, form: dict[str, str]) -> None:
    queue(stack, FriendlyName="taken")

    assert stack.rest("POST", "Queues.json", form).status_code == 400


def test_a_queue_can_be_renamed_and_resized(stack: LocalStack) -> None:
    sid = queue(stack)["sid"]
    stack.rest("POST", f"Queues/{sid}.json", {"FriendlyName": "help"})
    changed = stack.rest("POST", f"Queues/{sid}.json", {"MaxSize": "3"}).json()

    assert (changed["friendly_name"], changed["max_size"]) == ("help", 3)


def test_a_queue_can_keep_its_name(stack: LocalStack) -> None:
    sid = queue(stack)["sid"]
    form = {"FriendlyName": "support", "MaxSize": "3"}

    assert stack.rest("POST", f"Queues/{sid}.json", form).json()["max_size"] == 3


def test_only_an_empty_queue_can_be_deleted(stack: LocalStack) -> None:
    sid = queue(stack)["sid"]
    caller = waiting(stack, 1)
    early = stack.rest("DELETE", f"Queues/{sid}.json")
    stack.hang_up(caller)
    stack.advance(0)
    late = stack.rest("DELETE", f"Queues/{sid}.json")

    assert (early.status_code, late.status_code) == (409, 204)
    assert stack.rest("GET", f"Queues/{sid}.json").json()["code"] == 20404


def test_an_agent_waiting_at_a_deleted_queue_continues(stack: LocalStack) -> None:
    sid = queue(stack)["sid"]
    document = "<Response><Dial><Queue>support</Queue></Dial><Say>Closed</Say></Response>"
    agent = stack.place_call(document)
    stack.advance(1)
    stack.answer(agent)
    stack.advance(1)
    stack.rest("DELETE", f"Queues/{sid}.json")
    stack.advance(2)

    assert stack.heard(agent) == ["Closed"]


class TestMembers:
    def test_members_are_listed_from_the_front(self, stack: LocalStack) -> None:
        sid = queue(stack)["sid"]
        first = waiting(stack, 1)
        stack.advance(9)
        second = waiting(stack, 2)
        listed = stack.rest("GET", f"Queues/{sid}/Members.json").json()["queue_members"]
        shown = stack.rest("GET", f"Queues/{sid}.json").json()

        assert [one["call_sid"] for one in listed] == [first, second]
        assert [one["position"] for one in listed] == [1, 2]
        assert [one["wait_time"] for one in listed] == [10, 0]
        assert set(listed[0]) == MEMBER_KEYS
        assert (shown["current_size"], shown["average_wait_time"]) == (2, 5)

    def test_a_member_is_found_by_its_call_and_as_front(self, stack: LocalStack) -> None:
        sid = queue(stack)["sid"]
        first, second = waiting(stack, 1), waiting(stack, 2)

        by_call = stack.rest("GET", f"Queues/{sid}/Members/{second}.json").json()
        front = stack.rest("GET", f"Queues/{sid}/Members/Front.json").json()
        assert (by_call["position"], front["call_sid"]) == (2, first)

    def test_an_empty_queue_has_no_front(self, stack: LocalStack) -> None:
        sid = queue(stack)["sid"]

        assert stack.rest("GET", f"Queues/{sid}/Members/Front.json").json()["code"] == 20404
        assert stack.rest("GET", "Queues/QU1/Members.json").json()["code"] == 20404

    @pytest.mark.parametrize("who", ["Front", "second"])
    def test_a_member_can_be_redirected(
        self, stack: LocalStack, web_server: "WebServer", who: str
    ) -> None:
        sid = queue(stack)["sid"]
        first, second = waiting(stack, 1), waiting(stack, 2)
        sent, other = (first, second) if who == "Front" else (second, first)
        path = f"Queues/{sid}/Members/{'Front' if who == 'Front' else second}.json"
        url = web_server.twiml("/new", NEW)
        answer = stack.rest("POST", path, {"Url": url, "Method": "GET"})
        left = stack.rest("GET", f"Queues/{sid}/Members.json").json()["queue_members"]
        stack.advance(2)

        assert (answer.status_code, answer.json()["call_sid"]) == (200, sent)
        assert [one["call_sid"] for one in left] == [other]
        assert (stack.heard(sent), web_server.asked("/new")[0].method) == (["New"], "GET")

    @pytest.mark.parametrize("form", [{}, {"Url": "nowhere"}])
    def test_redirecting_a_member_needs_a_url(
        self, stack: LocalStack, form: dict[str, str]
    ) -> None:
        sid = queue(stack)["sid"]
        waiting(stack, 1)

        answer = stack.rest("POST", f"Queues/{sid}/Members/Front.json", form)
        assert answer.status_code == 400
