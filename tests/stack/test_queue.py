"""Queues: callers wait in order, agents take them out, and the action gets the result."""

from typing import TYPE_CHECKING, Any

import pytest

from local_stack.testing import LocalStack

if TYPE_CHECKING:
    from tests.conftest import WebServer

CALLERS = ("+12025550131", "+12025550132", "+12025550133")
AGENT = "+12025550141"
BYE = "<Response><Say>Bye</Say></Response>"


def in_call(stack: LocalStack, document: str, person: str) -> str:
    """Place a call that is answered and runs this document; return the SID."""
    sid = stack.place_call(f"<Response>{document}</Response>", To=person)
    stack.advance(1)
    stack.answer(sid)
    stack.advance(0)
    return sid


def wait(stack: LocalStack, attributes: str = "", person: str = CALLERS[0], after: str = "") -> str:
    """Make a caller wait in the queue "support"; return the SID."""
    return in_call(stack, f"<Enqueue {attributes}>support</Enqueue>{after}", person)


def take(stack: LocalStack, dial: str = "", queue: str = "", person: str = AGENT) -> str:
    """Make an agent take the next caller out of "support"; return the SID."""
    noun = f"<Queue {queue}>support</Queue>"
    return in_call(stack, f"<Dial {dial}>{noun}</Dial><Say>Agent done</Say>", person)


def members(stack: LocalStack) -> list[str]:
    """Return the waiting calls, as Twilio's API lists them."""
    (queue,) = stack.rest("GET", "Queues.json").json()["queues"]
    found = stack.rest("GET", f"Queues/{queue['sid']}/Members.json").json()["queue_members"]
    return [member["call_sid"] for member in found]


def reported(web_server: "WebServer", path: str = "/action", *names: str) -> list[Any]:
    """Return fields of the requests for a path, by default QueueResult."""
    forms = [request.form for request in web_server.asked(path)]
    if not names:
        return [form["QueueResult"] for form in forms]
    return [tuple(form.get(name) for name in names) for form in forms]


@pytest.fixture
def action(web_server: "WebServer") -> str:
    """An action attribute with the URL that gets the queue's result."""
    return f"action='{web_server.twiml('/action', BYE)}'"


class TestWaiting:
    @pytest.mark.covers("Enqueue.waitUrl", "Enqueue.waitUrlMethod")
    def test_the_wait_document_repeats(self, stack: LocalStack, web_server: "WebServer") -> None:
        web_server.twiml("/wait", "<Response><Say>Please hold</Say><Pause length='4'/></Response>")
        wait(stack)
        sid = wait(stack, f"waitUrl='{web_server.url}/wait' waitUrlMethod='GET'", CALLERS[1])
        stack.advance(12)

        requests = web_server.asked("/wait")
        assert stack.heard(sid) == ["Please hold"] * 3
        assert {request.method for request in requests} == {"GET"}
        assert "QueuePosition=2" in requests[0].path

    def test_each_request_has_the_state_of_the_queue(
        self, stack: LocalStack, web_server: "WebServer"
    ) -> None:
        url = web_server.twiml("/wait", "<Response><Pause length='10'/></Response>")
        wait(stack, f"waitUrl='{url}'")
        stack.advance(7)
        wait(stack, person=CALLERS[1])
        stack.advance(3)

        names = ["QueuePosition", "QueueTime", "AvgQueueTime", "CurrentQueueSize", "MaxQueueSize"]
        assert reported(web_server, "/wait", *names) == [
            ("1", "0", "0", "1", "1000"),
            ("1", "10", "6", "2", "1000"),
        ]
        assert web_server.asked("/wait")[0].form["QueueSid"].startswith("QU")

    @pytest.mark.parametrize(
        "verb",
        [
            "<Enqueue action='done' waitUrl='../hold/wait'>support</Enqueue>",
            "<Dial action='done'><Conference waitUrl='../hold/wait'>room</Conference></Dial>",
        ],
    )
    def test_urls_are_relative_to_their_document(
        self, stack: LocalStack, web_server: "WebServer", verb: str
    ) -> None:
        web_server.twiml("/hold/wait", "<Response><Redirect>more</Redirect></Response>")
        web_server.twiml("/hold/more", "<Response><Pause length='60'/></Response>")
        url = web_server.twiml("/flow/start", f"<Response>{verb}</Response>")
        sid = stack.place_call(Url=url)
        stack.advance(1)
        stack.answer(sid)
        stack.advance(5)
        stack.hang_up(sid)
        stack.advance(0)

        assert len(web_server.asked("/hold/more")) == 1
        assert len(web_server.asked("/flow/done")) == 1

    def test_a_silent_wait_document_is_requested_once_a_second(
        self, stack: LocalStack, web_server: "WebServer"
    ) -> None:
        sid = wait(stack, f"waitUrl='{web_server.twiml('/wait', '<Response/>')}'")
        stack.advance(5)

        assert len(web_server.asked("/wait")) == 6
        assert stack.call(sid)["status"] == "in-progress"

    @pytest.mark.parametrize("attribute", ["", "waitUrl=''"])
    def test_without_a_wait_document_nothing_is_fetched(
        self, stack: LocalStack, attribute: str
    ) -> None:
        sid = wait(stack, attribute)
        stack.advance(60)

        assert (members(stack), stack.webhooks(sid)) == ([sid], [])
        music = [one for one in stack.call(sid)["timeline"] if one["name"] == "hold music"]
        assert len(music) == (0 if attribute else 1)

    @pytest.mark.covers("Enqueue", "Enqueue.action", "Enqueue.method")
    def test_a_hangup_is_reported_to_the_action(
        self, stack: LocalStack, web_server: "WebServer", action: str
    ) -> None:
        sid = wait(stack, f"{action} method='GET'")
        stack.advance(20)
        stack.hang_up(sid)
        stack.advance(0)

        (request,) = web_server.asked("/action")
        assert request.method == "GET"
        assert "QueueResult=hangup" in request.path
        assert "QueueTime=20" in request.path
        assert members(stack) == []

    @pytest.mark.covers("Leave")
    def test_leave_continues_after_the_enqueue(
        self, stack: LocalStack, web_server: "WebServer"
    ) -> None:
        url = web_server.twiml("/wait", "<Response><Say>No one</Say><Leave/></Response>")
        sid = wait(stack, f"waitUrl='{url}'", after="<Say>Voicemail</Say>")
        stack.advance(5)

        assert (stack.heard(sid), members(stack)) == (["No one", "Voicemail"], [])

    def test_leave_on_a_key_is_reported_to_the_action(
        self, stack: LocalStack, web_server: "WebServer", action: str
    ) -> None:
        web_server.twiml("/leave", "<Response><Leave/></Response>")
        gather = "<Gather numDigits='1' action='/leave' timeout='60'><Say>Wait</Say></Gather>"
        url = web_server.twiml("/wait", f"<Response>{gather}</Response>")
        sid = wait(stack, f"{action} waitUrl='{url}'")
        stack.press(sid, "1")
        stack.advance(3)

        assert (reported(web_server), stack.heard(sid)) == (["leave"], ["Wait", "Bye"])

    def test_leave_outside_a_queue_is_a_warning(self, stack: LocalStack) -> None:
        sid = in_call(stack, "<Leave/><Say>Still here</Say>", CALLERS[0])
        stack.advance(3)

        assert stack.heard(sid) == ["Still here"]
        assert [alert["code"] for alert in stack.alerts()] == [12200]

    def test_hangup_in_the_wait_document_ends_the_call(
        self, stack: LocalStack, web_server: "WebServer", action: str
    ) -> None:
        url = web_server.twiml("/wait", "<Response><Hangup/></Response>")
        sid = wait(stack, f"{action} waitUrl='{url}'")
        stack.advance(1)

        assert (reported(web_server), stack.call(sid)["status"]) == (["hangup"], "completed")

    def test_a_failing_wait_document_ends_the_wait(
        self, stack: LocalStack, web_server: "WebServer", action: str
    ) -> None:
        sid = wait(stack, f"{action} waitUrl='{web_server.url}/missing'")
        stack.advance(2)

        assert (reported(web_server), stack.heard(sid)) == (["error"], ["Bye"])
        assert [alert["code"] for alert in stack.alerts()] == [11200]

    @pytest.mark.covers("Enqueue.maxQueueSize")
    def test_a_full_queue_accepts_no_callers(
        self, stack: LocalStack, web_server: "WebServer", action: str
    ) -> None:
        first = wait(stack, "maxQueueSize='1'")
        wait(stack, action, CALLERS[1])
        stack.advance(2)

        assert (reported(web_server), members(stack)) == (["queue-full"], [first])
        assert reported(web_server, "/action", "QueueSid", "QueueTime") == [(None, None)]
        assert [alert["code"] for alert in stack.alerts()] == [14207]

    def test_a_later_caller_cannot_enlarge_the_queue(
        self, stack: LocalStack, web_server: "WebServer", action: str
    ) -> None:
        first = wait(stack, "maxQueueSize='1'")
        wait(stack, f"{action} maxQueueSize='5'", CALLERS[1])
        stack.advance(2)

        assert (reported(web_server), members(stack)) == (["queue-full"], [first])

    @pytest.mark.parametrize(("name", "code"), [("", 14204), ("q" * 65, 14205)])
    def test_a_queue_needs_a_name_of_at_most_64_characters(
        self, stack: LocalStack, web_server: "WebServer", action: str, name: str, code: int
    ) -> None:
        in_call(stack, f"<Enqueue {action}>{name}</Enqueue>", CALLERS[0])
        stack.advance(2)

        assert (reported(web_server), stack.rest("GET", "Queues.json").json()["queues"]) == (
            ["error"],
            [],
        )
        assert [alert["code"] for alert in stack.alerts()] == [code]

    def test_the_name_of_a_queue_may_have_64_characters(self, stack: LocalStack) -> None:
        in_call(stack, f"<Enqueue>{'q' * 64}</Enqueue>", CALLERS[0])

        assert (len(members(stack)), stack.alerts()) == (1, [])

    def test_an_invalid_wait_url_is_14202(
        self, stack: LocalStack, web_server: "WebServer", action: str
    ) -> None:
        wait(stack, f"{action} waitUrl='ftp://example.com/'")
        stack.advance(2)

        assert reported(web_server) == ["error"]
        assert [alert["code"] for alert in stack.alerts()] == [14202]

    @pytest.mark.parametrize(
        "enqueue",
        ["<Enqueue workflowSid='WW1'/>", "<Enqueue><Task>{}</Task></Enqueue>"],
    )
    def test_taskrouter_attributes_are_a_gap(self, stack: LocalStack, enqueue: str) -> None:
        sid = in_call(stack, enqueue, CALLERS[0])

        assert stack.call(sid)["status"] == "completed"
        assert [alert["kind"] for alert in stack.alerts()] == ["emulator"]

    def test_a_hangup_during_a_redirect_is_reported_once(
        self, stack: LocalStack, web_server: "WebServer", action: str
    ) -> None:
        sid = wait(stack, action)
        stack.rest("POST", f"Calls/{sid}.json", {"Twiml": BYE})
        stack.hang_up(sid)
        stack.advance(2)

        assert reported(web_server) == ["redirected"]

    def test_a_redirected_call_is_reported_and_continues_there(
        self, stack: LocalStack, web_server: "WebServer", action: str
    ) -> None:
        sid = wait(stack, action)
        stack.rest("POST", f"Calls/{sid}.json", {"Twiml": "<Response><Say>New</Say></Response>"})
        stack.advance(2)

        assert (reported(web_server), stack.heard(sid), members(stack)) == (
            ["redirected"],
            ["New"],
            [],
        )


class TestDequeuing:
    @pytest.mark.covers("Queue")
    def test_agents_take_callers_in_order(self, stack: LocalStack) -> None:
        first, second, third = (wait(stack, person=person) for person in CALLERS)
        agent, other = take(stack), take(stack, person="+12025550142")

        assert [stack.call(sid)["connected_to"] for sid in (first, second)] == [agent, other]
        assert [stack.call(sid)["connected_to"] for sid in (agent, other)] == [first, second]
        assert members(stack) == [third]

    def test_waiting_agents_get_callers_in_turn(self, stack: LocalStack) -> None:
        wait(stack)
        stack.hang_up(take(stack))
        agent, other = take(stack), take(stack, person="+12025550142")
        first, second = (wait(stack, person=person) for person in CALLERS[:2])

        assert [stack.call(sid)["connected_to"] for sid in (agent, other)] == [first, second]

    def test_the_action_gets_the_result_after_the_conversation(
        self, stack: LocalStack, web_server: "WebServer", action: str
    ) -> None:
        sid = wait(stack, action)
        stack.advance(9)
        agent = take(stack)
        stack.advance(30)
        before = reported(web_server)
        stack.hang_up(agent)
        stack.advance(2)

        assert (before, reported(web_server, "/action", "QueueResult", "QueueTime")) == (
            [],
            [("bridged", "10")],
        )
        assert (stack.heard(sid), stack.call(sid)["status"]) == (["Bye"], "completed")

    def test_the_agents_action_gets_the_callers_hangup(
        self, stack: LocalStack, web_server: "WebServer", action: str
    ) -> None:
        web_server.twiml("/agent", "<Response><Say>Next please</Say></Response>")
        sid = wait(stack, action)
        agent = take(stack, f"action='{web_server.url}/agent'")
        stack.advance(7)
        stack.hang_up(sid)
        stack.advance(2)

        names = ["DialCallStatus", "DialCallSid", "DialCallDuration", "DialBridged"]
        assert reported(web_server, "/agent", *names) == [("completed", sid, "7", "true")]
        names = [
            "DequeueResult",
            "DequeuedCallSid",
            "DequeuedCallQueueTime",
            "DequeuedCallDuration",
        ]
        assert reported(web_server, "/agent", *names) == [("bridged", sid, "1", "7")]
        assert (reported(web_server), stack.heard(agent)) == (["bridged"], ["Next please"])

    def test_an_agent_waits_at_an_empty_queue_until_the_timeout(
        self, stack: LocalStack, web_server: "WebServer"
    ) -> None:
        web_server.twiml("/agent", BYE)
        stack.rest("POST", "Queues.json", {"FriendlyName": "support"})
        take(stack, f"timeout='20' action='{web_server.url}/agent'")
        stack.advance(19)
        before = web_server.asked("/agent")
        stack.advance(2)

        assert before == []
        assert reported(web_server, "/agent", "DialCallStatus", "DialBridged") == [
            ("no-answer", "false")
        ]

    def test_a_queue_that_does_not_exist_fails(
        self, stack: LocalStack, web_server: "WebServer"
    ) -> None:
        web_server.twiml("/agent", BYE)
        take(stack, f"action='{web_server.url}/agent'")
        stack.advance(1)

        assert reported(web_server, "/agent", "DialCallStatus") == [("failed",)]

    @pytest.mark.covers("Queue.url", "Queue.method")
    def test_the_caller_hears_an_announcement_before_the_connection(
        self, stack: LocalStack, web_server: "WebServer"
    ) -> None:
        web_server.twiml("/soon", "<Response><Say>An agent for you</Say></Response>")
        sid = wait(stack)
        agent = take(stack, queue=f"url='{web_server.url}/soon' method='GET'")
        before = stack.call(agent)["connected_to"]
        stack.advance(3)

        (request,) = web_server.asked("/soon")
        assert (before, stack.call(agent)["connected_to"]) == (None, sid)
        assert stack.heard(sid) == ["An agent for you"]
        assert f"CallSid={sid}" in request.path
        assert f"DequeingCallSid={agent}" in request.path
        assert "QueueTime=1" in request.path

    def test_an_invalid_announcement_url_is_14211(self, stack: LocalStack) -> None:
        sid = wait(stack)
        agent = take(stack, queue="url='ftp://example.com/'")
        stack.advance(2)

        assert (stack.heard(agent), members(stack)) == (["Agent done"], [sid])
        assert [alert["code"] for alert in stack.alerts()] == [14211]

    def test_after_a_hangup_during_the_announcement_the_next_caller_is_connected(
        self, stack: LocalStack, web_server: "WebServer", action: str
    ) -> None:
        web_server.twiml("/soon", "<Response><Pause length='5'/></Response>")
        first, second = wait(stack, action), wait(stack, person=CALLERS[1])
        agent = take(stack, queue=f"url='{web_server.url}/soon'")
        stack.hang_up(first)
        stack.advance(6)

        assert (reported(web_server), stack.call(agent)["connected_to"]) == (["hangup"], second)

    def test_a_callers_hangup_does_not_extend_the_agents_timeout(
        self, stack: LocalStack, web_server: "WebServer"
    ) -> None:
        web_server.twiml("/soon", "<Response><Pause length='60'/></Response>")
        caller = wait(stack)
        agent = take(stack, "timeout='20'", f"url='{web_server.url}/soon'")
        stack.advance(15)
        stack.hang_up(caller)
        stack.advance(8)

        assert stack.heard(agent) == ["Agent done"]

    def test_an_agents_hangup_during_the_announcement_is_reported(
        self, stack: LocalStack, web_server: "WebServer", action: str
    ) -> None:
        web_server.twiml("/soon", "<Response><Pause length='5'/></Response>")
        sid = wait(stack, action)
        stack.hang_up(take(stack, queue=f"url='{web_server.url}/soon'"))
        stack.advance(2)

        assert (reported(web_server), stack.heard(sid)) == (["bridging-in-process"], ["Bye"])

    def test_a_redirected_caller_leaves_the_agent(
        self, stack: LocalStack, web_server: "WebServer", action: str
    ) -> None:
        web_server.twiml("/agent", "<Response><Say>Agent done</Say></Response>")
        sid = wait(stack, action)
        agent = take(stack, f"action='{web_server.url}/agent'")
        stack.rest("POST", f"Calls/{sid}.json", {"Twiml": "<Response><Say>New</Say></Response>"})
        stack.advance(2)

        assert reported(web_server) == ["redirected-from-bridged"]
        assert reported(web_server, "/agent", "DialCallSid", "DialCallDuration") == [(sid, None)]
        assert (stack.heard(sid), stack.heard(agent)) == (["New"], ["Agent done"])

    def test_star_disconnects_them_if_enabled(self, stack: LocalStack) -> None:
        sid = wait(stack, after="<Say>Thanks</Say>")
        agent = take(stack, "hangupOnStar='true'")
        stack.press(agent, "5*")
        stack.advance(2)

        assert (stack.heard(sid), stack.heard(agent)) == (["Thanks"], ["Agent done"])

    def test_the_time_limit_disconnects_them(self, stack: LocalStack) -> None:
        sid = wait(stack, after="<Say>Thanks</Say>")
        take(stack, "timeLimit='60'")
        stack.advance(59)
        before = stack.heard(sid)
        stack.advance(3)

        assert (before, stack.heard(sid)) == ([], ["Thanks"])
