"""Positions: times as whole numbers of samples, so that sounds join exactly."""

from datetime import UTC, datetime, timedelta

from deskphone.sound.sound import RATE

EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
SAMPLE = timedelta(seconds=1) / RATE


def position(time: datetime) -> int:
    """Return the position of a time: the samples since EPOCH."""
    return (time - EPOCH) // SAMPLE
