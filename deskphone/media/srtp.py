"""SRTP and SRTCP with AES_CM_128_HMAC_SHA1_80 (RFC 3711)."""

import hmac

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

TAG_LENGTH = 10
WINDOW = 64
"""How far behind the newest a packet may be: the least that RFC 3711, section 3.3.2 allows."""
MOST_SOURCES = 32
"""Senders whose packets are told apart. A browser has one or two."""
LONGEST = 2048
"""Bytes of a packet; networks carry 1,500. A limit keeps what is computed for a packet small."""
RTP_HEADER, RTCP_HEADER = 12, 8
BLOCK = 16
ENCRYPTED = 1 << 31
"""The E flag before the index of SRTCP (RFC 3711, section 3.4)."""
KEY, AUTHENTICATION, SALT, RTCP_KEY, RTCP_AUTHENTICATION, RTCP_SALT = range(6)
"""The labels of key derivation (RFC 3711, section 4.3.2)."""


def derive(key: bytes, salt: bytes, label: int, length: int) -> bytes:
    """Return a session key (RFC 3711, section 4.3, with a key derivation rate of 0)."""
    start = (int.from_bytes(salt, "big") ^ label << 48) << 16
    counter = modes.CTR(start.to_bytes(BLOCK, "big"))
    return Cipher(algorithms.AES(key), counter).encryptor().update(bytes(length))


class Transform:
    """Encryption and authentication with one set of session keys."""

    def __init__(self, key: bytes, authentication: bytes, salt: bytes) -> None:
        # ECB of counter blocks is counter mode; it needs no new cipher for each packet.
        self._encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # noqa: S305
        self._authentication = authentication
        self._salt = int.from_bytes(salt, "big") << 16
        self._steps: dict[int, tuple[int, int]] = {}

    def crypt(self, source: int, index: int, data: bytes) -> bytes:
        """Encrypt or decrypt (RFC 3711, section 4.1.1)."""
        length = len(data)
        count = -(-length // BLOCK)
        if not count:
            return b""
        if count not in self._steps:
            self._steps[count] = (
                sum(1 << 128 * number for number in range(count)),
                sum(count - 1 - number << 128 * number for number in range(count)),
            )
        each, steps = self._steps[count]
        start = self._salt ^ source << 64 ^ index << 16
        stream = self._encryptor.update((start * each + steps).to_bytes(count * BLOCK, "big"))
        mixed = int.from_bytes(stream[:length], "big") ^ int.from_bytes(data, "big")
        return mixed.to_bytes(length, "big")

    def tag(self, data: bytes) -> bytes:
        """Return the authentication tag (RFC 3711, section 4.2.1)."""
        return hmac.digest(self._authentication, data, "sha1")[:TAG_LENGTH]


class Window:
    """The indexes that one sender has used, so that a packet counts once (RFC 3711, 3.3.2)."""

    def __init__(self) -> None:
        self.newest = -1
        self._seen = 0

    def is_new(self, index: int) -> bool:
        """Return whether an index is neither used nor too old."""
        behind = self.newest - index
        return behind < 0 or (behind < WINDOW and not self._seen >> behind & 1)

    def add(self, index: int) -> None:
        """Note that an index is used. Only indexes of authentic packets belong here."""
        ahead = index - self.newest
        if ahead > 0:
            self._seen = (self._seen << ahead | 1) & (1 << WINDOW) - 1 if ahead < WINDOW else 1
            self.newest = index
        else:
            self._seen |= 1 << -ahead


def index_of(sequence: int, newest: int) -> int:
    """Return a packet's index: the rollover counter and the sequence number (RFC 3711, 3.3.1).

    `newest` is the highest index so far, or -1. The result is negative for a packet from before
    the first rollover period.
    """
    if newest < 0:
        return sequence
    return newest + ((sequence - newest + 0x8000) & 0xFFFF) - 0x8000


class Protector:
    """Protects the packets of one sender."""

    def __init__(self, key: bytes, salt: bytes) -> None:
        self._rtp, self._rtcp = _transforms(key, salt)
        self._newest = -1
        self._rtcp_index = 0

    def rtp(self, packet: bytes) -> bytes:
        """Return the SRTP packet for an RTP packet with a header of 12 bytes."""
        index = index_of(int.from_bytes(packet[2:4], "big"), self._newest)
        self._newest = max(index, self._newest)
        source = int.from_bytes(packet[8:RTP_HEADER], "big")
        protected = packet[:RTP_HEADER] + self._rtp.crypt(source, index, packet[RTP_HEADER:])
        return protected + self._rtp.tag(protected + (index >> 16).to_bytes(4, "big"))

    def rtcp(self, packet: bytes) -> bytes:
        """Return the SRTCP packet for a compound RTCP packet."""
        index = self._rtcp_index
        self._rtcp_index = (index + 1) % ENCRYPTED
        source = int.from_bytes(packet[4:RTCP_HEADER], "big")
        hidden = self._rtcp.crypt(source, index, packet[RTCP_HEADER:])
        protected = packet[:RTCP_HEADER] + hidden + (index | ENCRYPTED).to_bytes(4, "big")
        return protected + self._rtcp.tag(protected)


class Unprotector:
    """Checks and decrypts the packets of the other side. A packet counts once."""

    def __init__(self, key: bytes, salt: bytes) -> None:
        self._rtp, self._rtcp = _transforms(key, salt)
        self._rtp_windows: dict[int, Window] = {}
        self._rtcp_windows: dict[int, Window] = {}

    def rtp(self, packet: bytes) -> bytes | None:
        """Return the RTP packet, or None if it's forged, repeated, too old or not one at all."""
        payload = _payload_start(packet)
        if payload is None:
            return None
        source = int.from_bytes(packet[8:RTP_HEADER], "big")
        window = self._rtp_windows.get(source) or Window()
        index = index_of(int.from_bytes(packet[2:4], "big"), window.newest)
        if index < 0 or not window.is_new(index):
            return None
        body, tag = packet[:-TAG_LENGTH], packet[-TAG_LENGTH:]
        expected = self._rtp.tag(body + (index >> 16 & 0xFFFFFFFF).to_bytes(4, "big"))
        if not hmac.compare_digest(expected, tag) or not _keep(self._rtp_windows, source, window):
            return None
        window.add(index)
        return body[:payload] + self._rtp.crypt(source, index, body[payload:])

    def rtcp(self, packet: bytes) -> bytes | None:
        """Return the compound RTCP packet, or None as for `rtp`."""
        if not RTCP_HEADER + 4 + TAG_LENGTH <= len(packet) <= LONGEST:
            return None
        body, tag = packet[:-TAG_LENGTH], packet[-TAG_LENGTH:]
        source = int.from_bytes(packet[4:RTCP_HEADER], "big")
        index = int.from_bytes(body[-4:], "big")
        window = self._rtcp_windows.get(source) or Window()
        if not window.is_new(index & ~ENCRYPTED):
            return None
        is_authentic = hmac.compare_digest(self._rtcp.tag(body), tag)
        if not is_authentic or not _keep(self._rtcp_windows, source, window):
            return None
        window.add(index & ~ENCRYPTED)
        hidden = body[RTCP_HEADER:-4]
        if index & ENCRYPTED:
            hidden = self._rtcp.crypt(source, index & ~ENCRYPTED, hidden)
        return body[:RTCP_HEADER] + hidden


def _transforms(key: bytes, salt: bytes) -> tuple[Transform, Transform]:
    """Return the transforms for RTP and RTCP."""

    def transform(key_label: int, authentication_label: int, salt_label: int) -> Transform:
        return Transform(
            derive(key, salt, key_label, 16),
            derive(key, salt, authentication_label, 20),
            derive(key, salt, salt_label, 14),
        )

    return (
        transform(KEY, AUTHENTICATION, SALT),
        transform(RTCP_KEY, RTCP_AUTHENTICATION, RTCP_SALT),
    )


def _keep(windows: dict[int, Window], source: int, window: Window) -> bool:
    """Store a sender's window; return whether there is room for it."""
    if source not in windows and len(windows) >= MOST_SOURCES:
        return False
    windows[source] = window
    return True


def _payload_start(packet: bytes) -> int | None:
    """Return where the encrypted part starts (RFC 3711, section 3.1), or None if it's cut off."""
    if not RTP_HEADER + TAG_LENGTH <= len(packet) <= LONGEST or packet[0] >> 6 != 2:
        return None
    start = RTP_HEADER + 4 * (packet[0] & 0x0F)
    if packet[0] & 0x10:
        start += 4 + 4 * int.from_bytes(packet[start + 2 : start + 4], "big")
    return start if start <= len(packet) - TAG_LENGTH else None
