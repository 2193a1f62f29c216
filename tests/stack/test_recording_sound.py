"""The audio of a recording, as the page and its players request it."""

import pytest

from local_stack.testing import LocalStack


@pytest.fixture
def sound(stack: LocalStack) -> str:
    """The URL of the audio of a two-second recording."""
    action = stack.twiml_url("<Response/>")
    sid = stack.place_call(f"<Response><Record action='{action}' maxLength='2'/></Response>")
    stack.advance(1)
    stack.answer(sid)
    stack.advance(5)
    [recording] = stack.rest("GET", "Recordings.json").json()["recordings"]
    return f"{stack.emulator_url}/emulator/recordings/{recording['sid']}.wav"


def test_the_whole_file_is_a_wav_of_its_length(stack: LocalStack, sound: str) -> None:
    answer = stack.http.get(sound, timeout=10)

    assert (answer.status_code, answer.headers["Accept-Ranges"]) == (200, "bytes")
    assert len(answer.content) == 44 + 2 * 8000 * 2


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("bytes=0-1", (206, "bytes 0-1/32044", 2)),
        ("bytes=32000-", (206, "bytes 32000-32043/32044", 44)),
        ("bytes=-4", (206, "bytes 32040-32043/32044", 4)),
        ("bytes=99999-", (416, "bytes */32044", None)),
        ("bytes=x", (416, "bytes */32044", None)),
    ],
)
def test_a_player_gets_the_requested_range(
    stack: LocalStack, sound: str, wanted: str, expected: tuple[int, str, int | None]
) -> None:
    answer = stack.http.get(sound, headers={"Range": wanted}, timeout=10)
    length = len(answer.content) if answer.status_code == 206 else None

    assert (answer.status_code, answer.headers["Content-Range"], length) == expected
