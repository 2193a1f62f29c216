"""The file of --persist."""

import contextlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskphone.setup.records import DamagedError
from deskphone.setup.saving import StateFileError, load, save
from deskphone.setup.state import State, restore, state_from_json, state_of, state_to_json
from deskphone.values import HANDSETS, LINE
from tests.deskphone.in_process import World, in_process

NAMES = State._fields


def filled() -> State:
    """Return the state after a call, a text and some settings."""
    states: list[State] = []

    async def use(world: World) -> None:
        sid = await world.call("<Say>Hello</Say>", Record="true")
        await world.pick_up(sid)
        await world.rest("POST", "Queues.json", {"FriendlyName": "support"})
        await world.rest("POST", "Keys.json", {"FriendlyName": "own"})
        await world.rest("POST", "Applications.json", {"FriendlyName": "app"})
        emulator = world.emulator
        line = emulator.store.number(LINE)
        assert line is not None
        emulator.network.texts.receive(HANDSETS[0], line, "STOP", ())
        await world.clock.advance(60)
        await world.call("<Pause/>")
        states.append(state_of(emulator.store, emulator.account))

    in_process(use)
    return states[0]


@pytest.fixture(scope="module")
def state() -> State:
    return filled()


def test_state_has_something_of_everything(state: State) -> None:
    assert [name for name in NAMES if not getattr(state, name)] == []


def test_file_gives_the_same_state(state: State, tmp_path: Path) -> None:
    save(tmp_path / "state.json", state)

    assert load(tmp_path / "state.json") == state


def test_only_what_has_ended_is_kept(state: State) -> None:
    assert {call.status for call in state.calls} == {"completed"}


def test_restored_emulator_has_the_same_state(state: State) -> None:
    async def use(world: World) -> None:
        emulator = world.emulator
        restore(state, emulator.store, emulator.account)
        listed = await world.rest("GET", "Messages.json")
        made = await world.rest("POST", "Keys.json", {"FriendlyName": "next"})

        assert state_of(emulator.store, emulator.account)._replace(keys=state.keys) == state
        assert [one["body"] for one in listed[1]["messages"]][-1] == "STOP"
        assert [*emulator.account.keys][-1] == made[1]["sid"]

    in_process(use)


def test_missing_file_has_no_state(tmp_path: Path) -> None:
    assert load(tmp_path / "state.json") is None


def test_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StateFileError, match="none"):
        load(tmp_path / "none" / "state.json")


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such permissions")
def test_only_the_user_can_read_the_file(state: State, tmp_path: Path) -> None:
    save(tmp_path / "state.json", state)

    assert (tmp_path / "state.json").stat().st_mode & 0o777 == 0o600


def fixed(text: str) -> Callable[[State], str]:
    return lambda state: text


def changed(change: Callable[[dict[str, Any]], object]) -> Callable[[State], str]:
    def text(state: State) -> str:
        document: Any = json.loads(json.dumps(state_to_json(state)))
        change(document)
        return json.dumps(document)

    return text


@pytest.mark.parametrize(
    ("damage", "word"),
    [
        (fixed(""), "JSON"),
        (fixed("{"), "JSON"),
        (fixed("[]"), "version"),
        (changed(lambda one: one.update(version=2)), "version"),
        (changed(lambda one: one.pop("calls")), "calls"),
        (changed(lambda one: one.update(other=[])), "other"),
        (changed(lambda one: one.update(numbers={})), "numbers"),
        (changed(lambda one: one.update(opt_outs=[["a"]])), "opt_outs"),
        (changed(lambda one: one["numbers"][0].pop("sid")), "numbers[0].sid"),
        (changed(lambda one: one["numbers"][0].update(sid=1)), "numbers[0].sid"),
        (changed(lambda one: one["numbers"][0].update(x=1)), "numbers[0].x"),
        (changed(lambda one: one["calls"][0].update(status="x")), "calls[0].status"),
        (changed(lambda one: one["calls"][0].update(created="x")), "calls[0].created"),
        (
            changed(lambda one: one["calls"][0]["timeline"][0].update(at_s="x")),
            "calls[0].timeline[0].at_s",
        ),
    ],
)
def test_damaged_file_is_named_and_left(
    damage: Callable[[State], str], word: str, state: State, tmp_path: Path
) -> None:
    file = tmp_path / "state.json"
    file.write_text(damage(state))

    with pytest.raises(StateFileError) as error:
        load(file)
    assert str(file) in str(error.value)
    assert word in str(error.value)
    assert file.read_text() == damage(state)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)


@given(st.sampled_from([*NAMES]), JSON, st.data())
def test_any_other_value_is_refused_or_read(name: str, value: object, data: st.DataObject) -> None:
    document: Any = {"version": 1, **{one: [] for one in NAMES}, name: value}
    field = data.draw(st.sampled_from(["sid", "created", "status", "timeline", "members"]))
    for text in ({**document}, {**document, "calls": [{field: value}]}):
        with contextlib.suppress(DamagedError):
            state_from_json(text)


def test_failed_write_leaves_the_old_file(
    state: State, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "state.json"
    save(file, state)
    before = file.read_bytes()

    def fail(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="space"):
        save(file, state._replace(calls=()))
    assert file.read_bytes() == before
    assert [*tmp_path.iterdir()] == [file]
