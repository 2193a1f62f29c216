"""The subresources of a message: its media and feedback."""

import pytest

from deskphone.values import ACCOUNT_SID, LINE
from local_stack.testing import HANDSET, LocalStack

PICTURES = ["https://example.com/cat.png", "https://example.com/dog.gif"]
MEDIA_KEYS = {
    "account_sid",
    "content_type",
    "date_created",
    "date_updated",
    "parent_sid",
    "sid",
    "uri",
}
FEEDBACK_KEYS = {
    "account_sid",
    "date_created",
    "date_updated",
    "message_sid",
    "outcome",
    "uri",
}


@pytest.fixture
def message(stack: LocalStack) -> str:
    """The path of a message with two pictures."""
    form = {"To": HANDSET, "From": LINE, "MediaUrl": PICTURES}
    sid = stack.rest("POST", "Messages.json", form).json()["sid"]
    return f"Messages/{sid}"


def test_media_are_listed_and_fetched_with_twilios_members(stack: LocalStack, message: str) -> None:
    listed = stack.rest("GET", f"{message}/Media.json").json()
    first = listed["media_list"][0]
    fetched = stack.rest("GET", f"{message}/Media/{first['sid']}.json")

    assert [media["content_type"] for media in listed["media_list"]] == ["image/png", "image/gif"]
    assert (set(first), fetched.json()) == (MEDIA_KEYS, first)
    path = f"/2010-04-01/Accounts/{ACCOUNT_SID}/{message}/Media/{first['sid']}.json"
    assert (first["uri"], message.endswith(first["parent_sid"])) == (path, True)
    assert set(listed) - {"media_list"} == set(stack.rest("GET", "Calls.json").json()) - {"calls"}


def test_the_file_redirects_to_the_senders_url(stack: LocalStack, message: str) -> None:
    first = stack.rest("GET", f"{message}/Media.json").json()["media_list"][0]
    url = f"{stack.emulator_url}{first['uri'].removesuffix('.json')}"
    login = (ACCOUNT_SID, stack.auth_token)
    answer = stack.http.get(url, auth=login, allow_redirects=False, timeout=5)

    assert (answer.status_code, answer.headers["Location"]) == (307, PICTURES[0])


def test_an_unknown_parameter_of_the_file_gets_a_warning(stack: LocalStack, message: str) -> None:
    first = stack.rest("GET", f"{message}/Media.json").json()["media_list"][0]
    url = f"{stack.emulator_url}{first['uri'].removesuffix('.json')}?Color=red"
    login = (ACCOUNT_SID, stack.auth_token)
    stack.http.get(url, auth=login, allow_redirects=False, timeout=5)

    assert [one["code"] for one in stack.alerts()] == [20001]


def test_the_file_needs_credentials_as_in_new_accounts(stack: LocalStack, message: str) -> None:
    first = stack.rest("GET", f"{message}/Media.json").json()["media_list"][0]
    url = f"{stack.emulator_url}{first['uri'].removesuffix('.json')}"
    answer = stack.http.get(url, allow_redirects=False, timeout=5)
    browser = stack.http.get(url, headers={"Sec-Fetch-Dest": "image"}, timeout=5)

    assert (answer.status_code, answer.json()["code"]) == (401, 20003)
    assert "WWW-Authenticate" in answer.headers
    assert (browser.status_code, "WWW-Authenticate" in browser.headers) == (401, False)


def test_a_url_has_no_line_ends(stack: LocalStack) -> None:
    form = {"To": HANDSET, "From": LINE, "MediaUrl": "https://example.com/\r\nX-Y: z"}
    answer = stack.rest("POST", "Messages.json", form)

    assert (answer.status_code, answer.json()["code"]) == (400, 21620)


def test_media_can_be_deleted(stack: LocalStack, message: str) -> None:
    first, second = stack.rest("GET", f"{message}/Media.json").json()["media_list"]
    deleted = stack.rest("DELETE", f"{message}/Media/{first['sid']}.json")
    again = stack.rest("DELETE", f"{message}/Media/{first['sid']}.json")

    assert (deleted.status_code, again.json()["code"]) == (204, 20404)
    assert stack.rest("GET", f"{message}/Media.json").json()["media_list"] == [second]
    assert stack.rest("GET", f"{message}.json").json()["num_media"] == "1"
    assert stack.texts()[0]["media"] == [PICTURES[1]]


def test_media_can_be_filtered_by_date(stack: LocalStack, message: str) -> None:
    listed = stack.rest("GET", f"{message}/Media.json?DateCreated%3C=2020-01-01").json()

    assert listed["media_list"] == []


@pytest.mark.parametrize(
    ("form", "outcome"), [({}, "confirmed"), ({"Outcome": "unconfirmed"}, "unconfirmed")]
)
def test_feedback_is_accepted(
    stack: LocalStack, message: str, form: dict[str, str], outcome: str
) -> None:
    answer = stack.rest("POST", f"{message}/Feedback.json", form)

    assert (answer.status_code, set(answer.json())) == (200, FEEDBACK_KEYS)
    assert answer.json()["outcome"] == outcome


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_feedback_can_only_be_created(stack: LocalStack, message: str, method: str) -> None:
    assert stack.rest(method, f"{message}/Feedback.json").status_code == 405
