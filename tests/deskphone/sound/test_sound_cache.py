"""The cache of sounds."""

from hypothesis import given
from hypothesis import strategies as st

from deskphone.sound.cache import LIMIT_SOUNDS, SoundCache
from deskphone.sound.sound import Sound

LIMIT = 100


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 80)), max_size=40))
def test_it_holds_the_latest_within_its_limit(puts: list[tuple[int, int]]) -> None:
    cache, latest = SoundCache(LIMIT), dict[int, Sound]()
    for key, count in puts:
        latest[key] = cache.put(key, Sound(bytes(2 * count)))
    found = [cache.get(key) for key in latest]

    assert cache.size == sum(len(one.samples) for one in found if one) <= LIMIT
    assert all(one in (None, latest[key]) for key, one in zip(latest, found, strict=True))


def test_the_least_recently_used_is_dropped() -> None:
    cache = SoundCache(LIMIT)
    cache.put("a", Sound(bytes(40)))
    cache.put("b", Sound(bytes(40)))
    cache.get("a")
    cache.put("c", Sound(bytes(40)))

    assert [key for key in "abc" if cache.get(key)] == ["a", "c"]


def test_sounds_without_samples_are_limited_too() -> None:
    cache = SoundCache(LIMIT)
    for key in range(LIMIT_SOUNDS + 1):
        cache.put(key, Sound(rest=1))

    assert [cache.get(0), cache.get(1)] == [None, Sound(rest=1)]
