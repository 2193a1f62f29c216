"""Faults from the JSON of a request; a refusal names the fault and what is wrong with it."""

from collections.abc import Collection, Iterable, Mapping
from typing import cast

from deskphone.faults.kinds import NEEDED, STRIKES, Fault, Service

MOST_FAULTS = 50
MOST_STRIKES = 1_000_000_000
LONGEST_S = 366 * 24 * 3600
HIGHEST_SEED = 2**53
"""Up to here a number survives the JSON of every program."""
SHOWN = 40
"""Characters of somebody's word that a refusal repeats."""

Kinds = Mapping[str, Mapping[str, frozenset[str]]]
"""The options of each kind, by service and kind."""


class FaultError(Exception):
    """The faults make no sense; the message says which one and why."""


def faults_of(body: Mapping[str, object], services: Iterable[Service]) -> tuple[int, list[Fault]]:
    """Return the seed, 0 unless given, and the faults of `{"seed"?, "faults": […]}`.

    `services` are those that can be broken. Raises FaultError.
    """
    _known("", body, ("seed", "faults"))
    given = body.get("faults")
    if not isinstance(given, list):
        raise FaultError("faults: a list is needed")
    entries = cast(list[object], given)
    if len(entries) > MOST_FAULTS:
        raise FaultError(f"faults: at most {MOST_FAULTS}")
    seed = _whole("seed", body.get("seed", 0), HIGHEST_SEED)
    kinds = {service.name: service.kinds for service in services}
    return seed, [_fault(f"faults[{number}]", entry, kinds) for number, entry in enumerate(entries)]


def _fault(where: str, entry: object, kinds: Kinds) -> Fault:
    if not isinstance(entry, dict):
        raise FaultError(f"{where}: an object is needed")
    fields = cast(dict[str, object], entry)
    service = _choice(f"{where}.service", fields.get("service"), kinds)
    kind = _choice(f"{where}.kind", fields.get("kind"), kinds[service])
    options = kinds[service][kind]
    _known(f"{where}, {service} {kind}, ", fields, ("service", "kind", "happened", *options))
    needed = NEEDED.get(kind)
    if needed is not None and needed not in fields:
        raise FaultError(f"{where}.{needed}: {service} {kind} needs it")
    return Fault(
        service,
        kind,
        probability=_number(f"{where}.probability", fields.get("probability", 1), 1),
        count=_optional_count(where, fields),
        seconds=_optional_seconds(where, fields),
        reads=_flag(f"{where}.reads", fields.get("reads", False)),
        done=_flag(f"{where}.done", fields["done"]) if "done" in fields else None,
        happened=_whole(f"{where}.happened", fields.get("happened", 0), MOST_STRIKES),
        strikes=options >= STRIKES,
    )


def _optional_count(where: str, fields: Mapping[str, object]) -> int | None:
    if "count" not in fields:
        return None
    return _whole(f"{where}.count", fields["count"], MOST_STRIKES)


def _optional_seconds(where: str, fields: Mapping[str, object]) -> float | None:
    if "seconds" not in fields:
        return None
    return _number(f"{where}.seconds", fields["seconds"], LONGEST_S)


def _known(where: str, fields: Mapping[str, object], names: Iterable[str]) -> None:
    known = sorted(names)
    for name in fields:
        if name not in known:
            text = f"{where}{name[:SHOWN]!r} is not known here; what is: {', '.join(known)}"
            raise FaultError(text)


def _choice(where: str, value: object, choices: Collection[str]) -> str:
    if isinstance(value, str) and value in choices:
        return value
    raise FaultError(f"{where}: one of {', '.join(choices)}")


def _number(where: str, value: object, highest: int) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= highest:
        return value
    raise FaultError(f"{where}: a number from 0 to {highest}")


def _whole(where: str, value: object, highest: int) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= highest:
        return value
    raise FaultError(f"{where}: a whole number from 0 to {highest}")


def _flag(where: str, value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise FaultError(f"{where}: true or false")
