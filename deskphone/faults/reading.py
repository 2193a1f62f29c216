"""Parse faults from the JSON of a request; errors name the fault and what is wrong with it."""

from collections.abc import Collection, Iterable, Mapping
from typing import cast

from deskphone.faults.kinds import NEEDED, PER_REQUEST, Fault, Service

MOST_FAULTS = 50
MOST_TIMES = 1_000_000_000
LONGEST_S = 366 * 24 * 3600
HIGHEST_SEED = 2**53
"""The largest integer that every JSON parser reads exactly."""
SHOWN = 40
"""How many characters of an unknown name an error repeats."""

Kinds = Mapping[str, Mapping[str, frozenset[str]]]
"""The options of each kind, by service and kind."""


class FaultError(Exception):
    """A fault is invalid; the message says which one and why."""


def faults_of(body: Mapping[str, object], services: Iterable[Service]) -> tuple[int, list[Fault]]:
    """Return the seed, 0 unless given, and the faults of `{"seed"?, "faults": […]}`.

    `services` are those that faults can be injected into. Raise FaultError.
    """
    _known("", body, ("seed", "faults"))
    given = body.get("faults")
    if not isinstance(given, list):
        raise FaultError("`faults` must be a list.")
    entries = cast(list[object], given)
    if len(entries) > MOST_FAULTS:
        raise FaultError(f"`faults` must have at most {MOST_FAULTS} entries.")
    seed = _whole("seed", body.get("seed", 0), HIGHEST_SEED)
    kinds = {service.name: service.kinds for service in services}
    return seed, [_fault(f"faults[{number}]", entry, kinds) for number, entry in enumerate(entries)]


def _fault(where: str, entry: object, kinds: Kinds) -> Fault:
    if not isinstance(entry, dict):
        raise FaultError(f"`{where}` must be an object.")
    fields = cast(dict[str, object], entry)
    service = _choice(f"{where}.service", fields.get("service"), kinds)
    kind = _choice(f"{where}.kind", fields.get("kind"), kinds[service])
    options = kinds[service][kind]
    _known(f"{where} ({service} {kind}): ", fields, ("service", "kind", "happened", *options))
    needed = NEEDED.get(kind)
    if needed is not None and needed not in fields:
        raise FaultError(f"`{where}.{needed}` is required for {service} {kind}.")
    return Fault(
        service,
        kind,
        probability=_number(f"{where}.probability", fields.get("probability", 1), 1),
        count=_optional_count(where, fields),
        seconds=_optional_seconds(where, fields),
        reads=_flag(f"{where}.reads", fields.get("reads", False)),
        done=_flag(f"{where}.done", fields["done"]) if "done" in fields else None,
        happened=_whole(f"{where}.happened", fields.get("happened", 0), MOST_TIMES),
        per_request=options >= PER_REQUEST,
    )


def _optional_count(where: str, fields: Mapping[str, object]) -> int | None:
    if "count" not in fields:
        return None
    return _whole(f"{where}.count", fields["count"], MOST_TIMES)


def _optional_seconds(where: str, fields: Mapping[str, object]) -> float | None:
    if "seconds" not in fields:
        return None
    return _number(f"{where}.seconds", fields["seconds"], LONGEST_S)


def _known(where: str, fields: Mapping[str, object], names: Iterable[str]) -> None:
    known = sorted(names)
    for name in fields:
        if name not in known:
            text = f"{where}Unknown field {name[:SHOWN]!r}. Allowed fields: {', '.join(known)}."
            raise FaultError(text)


def _choice(where: str, value: object, choices: Collection[str]) -> str:
    if isinstance(value, str) and value in choices:
        return value
    raise FaultError(f"`{where}` must be one of {', '.join(choices)}.")


def _number(where: str, value: object, highest: int) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= highest:
        return value
    raise FaultError(f"`{where}` must be a number from 0 to {highest}.")


def _whole(where: str, value: object, highest: int) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= highest:
        return value
    raise FaultError(f"`{where}` must be a whole number from 0 to {highest}.")


def _flag(where: str, value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise FaultError(f"`{where}` must be true or false.")
