"""Which faults apply when: only the rules, without requests."""

import asyncio
from collections import Counter
from datetime import UTC, datetime

import pytest

from deskphone.clock import ManualClock
from deskphone.faults.faults import Faults
from deskphone.faults.kinds import TWILIO, WEBHOOKS, Fault
from deskphone.faults.reading import FaultError, faults_of
from deskphone.faults.switch import Switch
from local_stack.faults.services import HOST, STORAGE, VAULT
from local_stack.faults.tokens import rotated_token

SERVICES = (TWILIO, WEBHOOKS, VAULT, STORAGE, HOST)


def faulted(faults: Faults, service: str = "twilio", requests: int = 100) -> list[str]:
    """Return the kind of fault that each request gets, "" for none."""
    met = [faults.pick(service) for _ in range(requests)]
    return [fault.kind if fault else "" for fault in met]


def switched_on(*faults: Fault, seed: int = 0) -> Faults:
    """Return these faults, switched on."""
    found = Faults()
    found.replace(seed, faults)
    return found


def test_same_seed_affects_the_same_requests() -> None:
    def met(seed: int) -> list[str]:
        some = [Fault("twilio", "500", probability=0.3), Fault("twilio", "lost", probability=0.3)]
        return faulted(switched_on(*some, seed=seed))

    assert met(7) == met(7) != met(8)
    assert {*met(7)} == {"", "500", "lost"}


def test_fault_applies_with_its_probability() -> None:
    met = Counter(faulted(switched_on(Fault("twilio", "429", probability=0.1)), requests=10_000))

    assert 900 < met["429"] < 1100


def test_next_fault_applies_after_the_count_is_used_up() -> None:
    faults = switched_on(Fault("twilio", "429", count=2), Fault("twilio", "lost", count=1))

    assert faulted(faults, requests=4) == ["429", "429", "lost", ""]
    assert [fault.happened for fault in faults.on] == [2, 1]


def test_fault_affects_only_its_service_and_requests() -> None:
    faults = switched_on(Fault("vault", "503"), Fault("twilio", "429"))

    assert faulted(faults, "storage", 1) == [""]
    assert faults.pick("twilio", lambda fault: fault.reads) is None
    assert faulted(faults, "twilio", 1) == ["429"]


def test_continuous_fault_is_never_picked_for_a_request() -> None:
    on = [("twilio", "refused"), ("vault", "rotated")]
    faults = switched_on(*(Fault(*one, per_request=False) for one in on))

    assert faulted(faults, "twilio", 1) == faulted(faults, "vault", 1) == [""]
    assert faults.is_on("twilio", "refused")


def test_view_can_be_parsed_again() -> None:
    given = [
        {"service": "twilio", "kind": "429", "probability": 0.5, "seconds": 2, "reads": True},
        {"service": "host", "kind": "killed", "probability": 1, "count": 3, "done": False},
        {"service": "vault", "kind": "rotated", "happened": 0},
    ]
    faults = Faults()
    faults.replace(*faults_of({"seed": 5, "faults": given}, SERVICES))

    shown = faults.view()

    assert shown == {"seed": 5, "faults": [{**one, "happened": 0} for one in given]}
    assert faults_of(shown, SERVICES) == (5, list(faults.on))


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        ("lost", "`faults[0]` must be an object."),
        ({}, "`faults[0].service` must be one of twilio, webhooks, vault, storage, host."),
        (
            {"service": "twilio"},
            "`faults[0].kind` must be one of 429, 500, 503, slow, lost, refused.",
        ),
        ({"service": "host", "kind": ["killed"]}, "`faults[0].kind` must be one of killed."),
        ({"service": "twilio", "kind": "slow"}, "`faults[0].seconds` is required for twilio slow."),
        (
            {"service": "storage", "kind": "503", "probability": 1.1},
            "`faults[0].probability` must be a number from 0 to 1.",
        ),
        (
            {"service": "storage", "kind": "503", "probability": True},
            "`faults[0].probability` must be a number from 0 to 1.",
        ),
        (
            {"service": "storage", "kind": "503", "count": 1.5},
            "`faults[0].count` must be a whole number from 0 to 1000000000.",
        ),
        (
            {"service": "webhooks", "kind": "late", "seconds": float("nan")},
            "`faults[0].seconds` must be a number from 0 to 31622400.",
        ),
        (
            {"service": "twilio", "kind": "lost", "reads": 1},
            "`faults[0].reads` must be true or false.",
        ),
        (
            {"service": "vault", "kind": "rotated", "count": 1},
            "faults[0] (vault rotated): Unknown field 'count'. "
            "Allowed fields: happened, kind, service.",
        ),
    ],
)
def test_invalid_fault_is_refused_by_name(fault: object, problem: str) -> None:
    with pytest.raises(FaultError) as refused:
        faults_of({"faults": [fault]}, SERVICES)

    assert str(refused.value) == problem


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({}, "`faults` must be a list."),
        ({"faults": [{}] * 51}, "`faults` must have at most 50 entries."),
        ({"faults": [], "seed": -1}, "`seed` must be a whole number from 0 to 9007199254740992."),
        ({"faults": [], "sead": 1}, "Unknown field 'sead'. Allowed fields: faults, seed."),
    ],
)
def test_invalid_fault_list_is_refused(body: dict[str, object], problem: str) -> None:
    with pytest.raises(FaultError) as refused:
        faults_of(body, SERVICES)

    assert str(refused.value) == problem


def test_timed_fault_turns_itself_off() -> None:
    async def scenario() -> list[list[str]]:
        clock, faults = ManualClock(datetime(2026, 11, 22, tzinfo=UTC)), Faults()
        seen: list[list[str]] = []

        async def note(now: Faults) -> None:
            seen.append([fault.kind for fault in now.on])

        switch = Switch(clock, faults)
        switch.subscribe(note)
        await switch.replace(0, [Fault("twilio", "refused", seconds=5), Fault("vault", "503")])
        await clock.advance(4.9)
        await clock.advance(0.1)
        await switch.clear()
        await clock.advance(10)
        return seen

    assert asyncio.run(scenario()) == [["refused", "503"], ["503"], []]


def test_rotated_token_is_seeded_and_looks_like_twilios() -> None:
    assert rotated_token(1) == rotated_token(1) != rotated_token(2)
    assert len(bytes.fromhex(rotated_token(1))) == 16
