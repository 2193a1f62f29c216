"""When to restart a host that died."""

import pytest

from local_stack.supervision.restarts import CALM_S, LONGEST_DELAY_S, Restarts


def after(deaths: int, *, was_running: bool, lived_s: float = 0.1) -> Restarts:
    """Return the state after some consecutive deaths."""
    restarts = Restarts()
    for _ in range(deaths):
        restarts = restarts.after_death(lived_s=lived_s, was_running=was_running)
    return restarts


@pytest.mark.parametrize(("deaths", "delay_s"), [(0, 0.0), (1, 0.0), (2, 0.25), (3, 0.5)])
def test_the_first_restart_is_immediate_and_the_next_ones_wait(deaths: int, delay_s: float) -> None:
    assert after(deaths, was_running=True).delay_s == delay_s


def test_the_wait_has_a_limit() -> None:
    assert after(1_000, was_running=True).delay_s == LONGEST_DELAY_S


def test_a_host_that_was_up_is_always_restarted() -> None:
    assert not after(1_000, was_running=True).hopeless


def test_it_gives_up_on_a_host_that_never_comes_up() -> None:
    assert not after(2, was_running=False).hopeless
    assert after(3, was_running=False).hopeless


def test_a_long_life_resets_the_count() -> None:
    restarts = after(5, was_running=True)

    assert restarts.after_death(lived_s=CALM_S, was_running=True) == Restarts()
