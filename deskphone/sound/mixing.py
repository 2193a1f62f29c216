"""Mixing, and the mu-law encoding of the phone network. `audioop` does the arithmetic."""

from collections.abc import Iterable

from deskphone.sound.sound import WIDTH


def mix(parts: Iterable[bytes], count: int) -> bytes:
    """Return `count` samples: the sum of the parts, limited to 16 bits.

    A part may be shorter, even b"": silence follows it. A longer part is cut.
    """
    from deskphone.sound.arithmetic import audioop

    size = count * WIDTH
    mixed = b""
    for part in parts:
        if not part:
            continue
        full = part if len(part) == size else part[:size].ljust(size, b"\0")
        mixed = audioop.add(mixed, full, WIDTH) if mixed else full
    return mixed or bytes(size)


def is_silent(samples: bytes) -> bool:
    """Whether all of these samples are 0."""
    return samples == bytes(len(samples))


def to_ulaw(samples: bytes) -> bytes:
    """Encode samples as mu-law (G.711), one byte each."""
    from deskphone.sound.arithmetic import audioop

    return audioop.lin2ulaw(samples, WIDTH)


def from_ulaw(encoded: bytes) -> bytes:
    """Decode mu-law (G.711) to samples."""
    from deskphone.sound.arithmetic import audioop

    return audioop.ulaw2lin(encoded, WIDTH)


def interleaved(left: bytes, right: bytes) -> bytes:
    """Return the frames of a file with two channels of equal length."""
    from deskphone.sound.arithmetic import audioop

    return audioop.add(
        audioop.tostereo(left, WIDTH, 1, 0), audioop.tostereo(right, WIDTH, 0, 1), WIDTH
    )
