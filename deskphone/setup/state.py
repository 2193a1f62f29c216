"""The state that survives a restart: the account's configuration, and the past texts and calls.

Not kept: what is still in progress, recordings, conferences, alerts, webhooks, faults, the trial,
and auth tokens.
"""

import typing
from dataclasses import replace
from typing import Any, NamedTuple

from deskphone.account.account import Account
from deskphone.account.store import Shelf, Store
from deskphone.records.application import Application
from deskphone.records.call import ENDED_CALL, Call
from deskphone.records.key import Key
from deskphone.records.message import ENDED_MESSAGE, Message
from deskphone.records.phone_number import PhoneNumber
from deskphone.records.queue import Queue
from deskphone.setup.records import DamagedError, from_json, to_json

VERSION = 1


class State(NamedTuple):
    """What is kept, oldest first. Opt-outs are pairs of a person and a sender."""

    numbers: tuple[PhoneNumber, ...]
    applications: tuple[Application, ...]
    keys: tuple[Key, ...]
    queues: tuple[Queue, ...]
    texts: tuple[Message, ...]
    calls: tuple[Call, ...]
    opt_outs: tuple[tuple[str, str], ...]


def state_of(store: Store, account: Account) -> State:
    """Return the state, quickly: records never change."""
    return State(
        tuple(store.numbers),
        tuple(store.applications),
        tuple(account.keys.values()),
        tuple(store.queues),
        tuple(text for text in store.messages if text.status in ENDED_MESSAGE),
        tuple(call for call in store.calls if call.status in ENDED_CALL),
        tuple(store.opt_outs.pairs()),
    )


def restore(state: State, store: Store, account: Account) -> None:
    """Replace the account's configuration and its history by a state."""
    shelves: list[tuple[Shelf[Any], tuple[Any, ...]]] = [
        (store.numbers, state.numbers),
        (store.applications, state.applications),
        (store.queues, state.queues),
        (store.messages, state.texts),
        (store.calls, state.calls),
    ]
    for shelf, records in shelves:
        shelf.clear()
        for record in records:
            shelf.put(record)
    account.keys = {key.sid: key for key in state.keys}
    while store.new_serial() < max((key.serial for key in state.keys), default=0):
        pass
    store.opt_outs.clear()
    for person, sender in state.opt_outs:
        store.opt_outs.add(person, [sender])


def state_to_json(state: State) -> dict[str, object]:
    """Return a state as JSON types. A queue's members aren't kept: they were calls in progress."""
    queues = tuple(replace(queue, members=()) for queue in state.queues)
    kept = state._replace(queues=queues)
    return {"version": VERSION, **{name: to_json(rows) for name, rows in kept._asdict().items()}}


def state_from_json(value: object) -> State:
    """Return a state; raise DamagedError."""
    given = typing.cast(dict[str, object], value) if isinstance(value, dict) else {}
    if given.get("version") != VERSION:
        raise DamagedError(f"`version` must be {VERSION}")
    expected = {"version", *State._fields}
    if {*given} != expected:
        name = min({*given} ^ expected)
        raise DamagedError(f"`{name}` is {'unknown' if name in given else 'missing'}")
    kinds: dict[str, type[Any]] = {
        "numbers": PhoneNumber, "applications": Application, "keys": Key, "queues": Queue,
        "texts": Message, "calls": Call,
    }  # fmt: skip
    rows = {name: tuple(_rows(given[name], name, kind)) for name, kind in kinds.items()}
    return State(**rows, opt_outs=tuple(_pairs(given["opt_outs"])))  # pyright: ignore[reportArgumentType] # by the names


def _rows(value: object, name: str, kind: type[Any]) -> list[Any]:
    if not isinstance(value, list):
        raise DamagedError(f"`{name}` must be a list")
    rows = enumerate(typing.cast(list[object], value))
    return [from_json(kind, row, f"{name}[{index}]") for index, row in rows]


def _pairs(value: object) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for pair in typing.cast(list[object], value) if isinstance(value, list) else [None]:
        items = typing.cast(list[object], pair) if isinstance(pair, list) else []
        if len(items) != 2 or not all(isinstance(item, str) for item in items):
            raise DamagedError("`opt_outs` must be a list of pairs of strings")
        pairs.append((str(items[0]), str(items[1])))
    return pairs
