"""Which fault strikes when: the rules alone, without a request."""

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


def struck(faults: Faults, service: str = "twilio", requests: int = 100) -> list[str]:
    """Return which kinds of fault so many requests meet, "" for none."""
    met = [faults.strike(service) for _ in range(requests)]
    return [fault.kind if fault else "" for fault in met]


def switched_on(*faults: Fault, seed: int = 0) -> Faults:
    """Return these faults, switched on."""
    found = Faults()
    found.replace(seed, faults)
    return found


def test_the_same_seed_strikes_the_same_requests() -> None:
    def met(seed: int) -> list[str]:
        some = [Fault("twilio", "500", probability=0.3), Fault("twilio", "lost", probability=0.3)]
        return struck(switched_on(*some, seed=seed))

    assert met(7) == met(7) != met(8)
    assert {*met(7)} == {"", "500", "lost"}


def test_a_fault_strikes_as_often_as_its_probability_says() -> None:
    met = Counter(struck(switched_on(Fault("twilio", "429", probability=0.1)), requests=10_000))

    assert 900 < met["429"] < 1100


def test_a_fault_strikes_no_more_than_its_count_and_then_the_next_one_does() -> None:
    faults = switched_on(Fault("twilio", "429", count=2), Fault("twilio", "lost", count=1))

    assert struck(faults, requests=4) == ["429", "429", "lost", ""]
    assert [fault.happened for fault in faults.on] == [2, 1]


def test_a_fault_leaves_other_services_and_requests_alone() -> None:
    faults = switched_on(Fault("vault", "503"), Fault("twilio", "429"))

    assert struck(faults, "storage", 1) == [""]
    assert faults.strike("twilio", lambda fault: fault.reads) is None
    assert struck(faults, "twilio", 1) == ["429"]


def test_what_is_on_for_all_requests_strikes_no_single_one() -> None:
    on = [("twilio", "refused"), ("vault", "rotated")]
    faults = switched_on(*(Fault(*one, strikes=False) for one in on))

    assert struck(faults, "twilio", 1) == struck(faults, "vault", 1) == [""]
    assert faults.is_on("twilio", "refused")


def test_what_is_shown_can_be_given_again() -> None:
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
        ("lost", "faults[0]: an object is needed"),
        ({}, "faults[0].service: one of twilio, webhooks, vault, storage, host"),
        ({"service": "twilio"}, "faults[0].kind: one of 429, 500, 503, slow, lost, refused"),
        ({"service": "host", "kind": ["killed"]}, "faults[0].kind: one of killed"),
        ({"service": "twilio", "kind": "slow"}, "faults[0].seconds: twilio slow needs it"),
        (
            {"service": "storage", "kind": "503", "probability": 1.1},
            "faults[0].probability: a number from 0 to 1",
        ),
        (
            {"service": "storage", "kind": "503", "probability": True},
            "faults[0].probability: a number from 0 to 1",
        ),
        (
            {"service": "storage", "kind": "503", "count": 1.5},
            "faults[0].count: a whole number from 0 to 1000000000",
        ),
        (
            {"service": "webhooks", "kind": "late", "seconds": float("nan")},
            "faults[0].seconds: a number from 0 to 31622400",
        ),
        (
            {"service": "twilio", "kind": "lost", "reads": 1},
            "faults[0].reads: true or false",
        ),
        (
            {"service": "vault", "kind": "rotated", "count": 1},
            "faults[0], vault rotated, 'count' is not known here; what is: happened, kind, service",
        ),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused_by_name(fault: object, problem: str) -> None:
    with pytest.raises(FaultError) as refused:
        faults_of({"faults": [fault]}, SERVICES)

    assert str(refused.value) == problem


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({}, "faults: a list is needed"),
        ({"faults": [{}] * 51}, "faults: at most 50"),
        ({"faults": [], "seed": -1}, "seed: a whole number from 0 to 9007199254740992"),
        ({"faults": [], "sead": 1}, "'sead' is not known here; what is: faults, seed"),
    ],
)
def test_what_is_no_list_of_faults_is_refused(body: dict[str, object], problem: str) -> None:
    with pytest.raises(FaultError) as refused:
        faults_of(body, SERVICES)

    assert str(refused.value) == problem


def test_a_fault_with_an_end_goes_off_by_itself_and_the_others_stay() -> None:
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


def test_a_rotated_token_comes_from_the_seed_and_looks_like_one_of_twilios() -> None:
    assert rotated_token(1) == rotated_token(1) != rotated_token(2)
    assert len(bytes.fromhex(rotated_token(1))) == 16
