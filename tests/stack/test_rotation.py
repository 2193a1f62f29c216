"""The runbooks of docs/operate/running.md, step by step, with the emulator as Twilio and vault.

The functions run in this process, as several instances of the app. Their clock only advances at
the steps that say to wait. After every single write to the vault, and every change at Twilio,
the instances get signed requests, send a text, and open links.
"""

import re
from pathlib import Path

import pytest

from shared.config.credentials import OPTIONAL_WAIT_S, REFRESH_INTERVAL_S, TIME_TO_LIVE_S
from tests.stack.rotating import SHARED
from tests.stack.rotation_trial import WAITS, Step, Trial, in_trial

PAGE = (Path(__file__).parents[2] / "docs" / "operate" / "running.md").read_text()
RUNBOOKS = PAGE.partition("\n## Change a secret\n")[2]
STEP = re.compile(r"^\d+\. \*\*(.+?)\*\*(.*(?:\n(?:   .*)?$)*)", re.MULTILINE)
FENCE = re.compile(r"^ *```\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
TOKEN, KEY, LINK = "The auth token", "The API key", "The link key"
SHARED_KEY = "The webhook shared key"


def steps_of(heading: str) -> list[Step]:
    """Return the numbered steps under a heading of the page; fail if there are none."""
    section = RUNBOOKS.partition(f"\n### {heading}\n")[2].partition("\n### ")[0]
    steps = [
        Step(title, [line.strip() for block in FENCE.findall(body) for line in block.splitlines()])
        for title, body in STEP.findall(section)
    ]
    assert steps
    return steps


@pytest.mark.parametrize(
    ("heading", "credential"), [(TOKEN, "auth_token"), (TOKEN, "api_key"), (KEY, "api_key")]
)
def test_nothing_is_refused_while_a_runbook_is_carried_out(
    monkeypatch: pytest.MonkeyPatch, heading: str, credential: str
) -> None:
    async def use(trial: Trial) -> None:
        await trial.run(steps_of(heading))
        await trial.use(trial.idle)

    assert in_trial(monkeypatch, use, credential).refused == []


def test_without_the_waits_tokens_of_browsers_would_be_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def use(trial: Trial) -> None:
        await trial.run([step for step in steps_of(KEY) if "browser" not in step.title])

    assert ("steady", "token", 403) in in_trial(monkeypatch, use, "api_key").refused


def test_leftovers_of_one_change_do_not_affect_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def use(trial: Trial) -> None:
        for _ in range(2):
            await trial.run(steps_of(TOKEN))
        await trial.use(trial.idle)

    assert in_trial(monkeypatch, use).refused == []


@pytest.mark.parametrize("waiting", [True, False])
def test_a_webhook_shared_key_can_be_changed_like_the_token(
    monkeypatch: pytest.MonkeyPatch, *, waiting: bool
) -> None:
    async def use(trial: Trial) -> None:
        trial.sign_with_shared_key(f"{SHARED}one", f"{SHARED}two")
        await trial.use_all()
        await trial.run(steps_of(SHARED_KEY), waiting=waiting)

    assert (in_trial(monkeypatch, use).refused == []) == waiting


def test_without_the_waits_requests_would_be_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def use(trial: Trial) -> None:
        await trial.run(steps_of(TOKEN), waiting=False)

    refused = in_trial(monkeypatch, use).refused
    # The promoted token, and an older one still in use when the old one was overwritten.
    assert {("attacked", "webhook", 403), ("cold", "webhook", 403)} <= set(refused)


def test_a_new_link_is_refused_only_by_an_attacked_instance_and_for_at_most_a_minute(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def use(trial: Trial) -> None:
        await trial.run(steps_of(LINK))
        assert trial.refused == [("attacked", "new link", 403)]
        trial.clock.advance(REFRESH_INTERVAL_S)
        await trial.use_all()
        await trial.use(trial.idle)

    assert in_trial(monkeypatch, use).refused == [("attacked", "new link", 403)]


def test_no_instance_accepts_the_old_token_an_hour_later(monkeypatch: pytest.MonkeyPatch) -> None:
    async def use(trial: Trial) -> None:
        [old] = trial.tokens
        await trial.run(steps_of(TOKEN))
        trial.clock.advance(TIME_TO_LIVE_S)
        for instance in trial.opened:
            await trial.use(instance)  # an old value is used once more while it is being reread
            await instance.settle()
        assert [await instance.webhook(old) for instance in trial.opened] == [403] * 3

    assert in_trial(monkeypatch, use).refused == []


def test_a_leaked_token_is_refused_after_its_steps_and_a_restart(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def use(trial: Trial) -> None:
        [old] = trial.tokens
        steps = steps_of(TOKEN)
        await trial.run([steps[number - 1] for number in (1, 2, 5, 7)])
        restarted = trial.instance("restarted")
        trial.opened.append(restarted)
        trial.refused.clear()
        trial.tokens.discard(old)

        assert await restarted.webhook(old) == 403
        await trial.use(restarted)

    assert in_trial(monkeypatch, use).refused == []


def test_a_change_can_be_undone_before_the_promotion(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    [block] = [one for one in FENCE.findall(RUNBOOKS) if "-X DELETE" in one and "--copy" in one]

    async def use(trial: Trial) -> None:
        await trial.run(steps_of(TOKEN)[:3])
        await trial.run([Step("To go back", block.splitlines())])

    assert in_trial(monkeypatch, use).refused == []


def test_the_waits_of_the_page_cover_the_apps_intervals() -> None:
    assert WAITS["Wait two minutes."] > REFRESH_INTERVAL_S + 2 * OPTIONAL_WAIT_S
    assert WAITS["Wait an hour."] >= TIME_TO_LIVE_S
