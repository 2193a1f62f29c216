"""How loud a frequency is in a sound."""

from math import cos, pi

from deskphone.sound.sound import RATE


def level(samples: bytes, frequency: float) -> float:
    """Return the height of a frequency's wave in these samples, by Goertzel's algorithm."""
    numbers = memoryview(samples).cast("h")
    turn = 2 * cos(2 * pi * frequency / RATE)
    before, last = 0.0, 0.0
    for number in numbers:
        before, last = last, number + turn * last - before
    power = before**2 + last**2 - turn * before * last
    return 2 * max(power, 0) ** 0.5 / max(len(numbers), 1)
