"""Opt-outs in the emulated Twilio."""

import pytest

from deskphone.account import opt_outs
from deskphone.account.store import OptOuts

ANNA, BEN, CARL = "+12025550123", "+12025550124", "+12025550125"
LINE, SERVICE = "+12025550100", "MG" + "0" * 32


def test_new_opt_out_replaces_the_oldest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opt_outs, "PAIRS_LIMIT", 2)
    kept = OptOuts()
    for person in (ANNA, BEN, CARL):
        kept.add(person, [LINE])

    assert [kept.has(person, LINE) for person in (ANNA, BEN, CARL)] == [False, True, True]


def test_opt_out_applies_to_one_sender() -> None:
    kept = OptOuts()
    kept.add(ANNA, [LINE])

    assert not kept.has(ANNA, SERVICE)
    assert kept.has(ANNA, SERVICE, LINE)


def test_add_and_remove_return_whether_anything_changed() -> None:
    kept = OptOuts()
    added = [kept.add(ANNA, [LINE]), kept.add(ANNA, [LINE]), kept.add(ANNA, [LINE, SERVICE])]
    removed = [kept.remove(ANNA, [LINE, SERVICE]), kept.remove(ANNA, [LINE])]

    assert (added, removed) == ([True, False, True], [True, False])
