"""The server side of DTLS, which agrees on the keys for SRTP (RFC 5764)."""

import datetime
import functools
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from OpenSSL import SSL

PROFILE = b"SRTP_AES128_CM_SHA1_80"
KEY_LENGTH, SALT_LENGTH = 16, 14  # RFC 5764, section 4.1.2
DTLS_1_2 = 0xFEFD
LARGEST_DATAGRAM = 1200
"""What any path carries whole; browsers use the same limit."""
RECORD_HEADER = 13
CERTIFICATE_DAYS = 365
HASHES: dict[str, type[hashes.HashAlgorithm]] = {
    "sha-256": hashes.SHA256,
    "sha-384": hashes.SHA384,
    "sha-512": hashes.SHA512,
}
"""The hashes of a fingerprint (RFC 8122, section 5)."""


class DtlsError(Exception):
    """The handshake failed; the message says why."""


@dataclass(frozen=True)
class Keys:
    """The keys and salts of SRTP: 16 and 14 bytes each."""

    remote_key: bytes
    local_key: bytes
    remote_salt: bytes
    local_salt: bytes


@dataclass(frozen=True)
class Identity:
    """A certificate for the handshakes, with its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def fingerprint(self) -> str:
        """The SHA-256 fingerprint as in SDP: AB:CD:…"""
        return fingerprint_of(self.certificate, "sha-256")


@functools.cache
def identity() -> Identity:
    """Return this process's self-signed certificate, made at the first call."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "deskphone")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=CERTIFICATE_DAYS))
        .sign(key, hashes.SHA256())
    )
    return Identity(certificate, key)


def fingerprint_of(certificate: x509.Certificate, algorithm: str) -> str:
    """Return a certificate's fingerprint as in SDP. Raises KeyError for an unknown algorithm."""
    return certificate.fingerprint(HASHES[algorithm]()).hex(":").upper()


def _accept(*_: object) -> bool:
    return True


def _context() -> SSL.Context:
    context = SSL.Context(SSL.DTLS_METHOD)
    context.set_min_proto_version(DTLS_1_2)
    # Newer versions have other record headers, so `datagrams` couldn't split them.
    context.set_max_proto_version(DTLS_1_2)
    context.set_options(SSL.OP_NO_QUERY_MTU)
    # The fingerprint in the SDP decides, not an authority (RFC 5763, section 5).
    context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, _accept)
    context.use_certificate(identity().certificate)
    context.use_privatekey(identity().key)
    context.set_tlsext_use_srtp(PROFILE)
    return context


class Association:
    """One handshake and what follows it. It does no input or output of its own."""

    def __init__(self) -> None:
        self._connection = SSL.Connection(_context())
        self._connection.set_ciphertext_mtu(LARGEST_DATAGRAM)
        self._connection.set_accept_state()
        self.keys: Keys | None = None
        """Set once the handshake is complete."""
        self.is_closed = False
        """Whether the browser ended it with close_notify."""

    def receive(self, datagram: bytes) -> list[bytes]:
        """Take a datagram of the browser's; return those to send.

        Raises DtlsError if the handshake failed.
        """
        try:
            self._connection.bio_write(datagram)
            if self.keys is None:
                self._connection.do_handshake()
                self.keys = self._export_keys()
            # Data isn't expected, but reading handles alerts and repeated messages.
            while self._connection.recv(LARGEST_DATAGRAM):
                pass
        except SSL.WantReadError:
            pass
        except SSL.ZeroReturnError:
            self.is_closed = True
        except SSL.Error as error:
            if self.keys is None:
                raise DtlsError(f"the DTLS handshake failed: {_reason(error)}") from error
        return self._written()

    def seconds_left(self) -> float | None:
        """Return the time until `retransmit` is due, or None."""
        left = None if self.keys else self._connection.DTLSv1_get_timeout()
        return None if left is None else max(left, 0.0)

    def retransmit(self) -> list[bytes]:
        """Return the last flight again if its time has come (RFC 6347, section 4.2.4).

        Raises DtlsError if it was sent too often.
        """
        try:
            self._connection.DTLSv1_handle_timeout()
        except SSL.Error as error:
            raise DtlsError("the browser stopped answering the DTLS handshake") from error
        return self._written()

    def has_fingerprint(self, algorithm: str, fingerprint: str) -> bool:
        """Return whether the browser's certificate is the one its description names."""
        try:
            certificate = self._connection.get_peer_certificate(as_cryptography=True)
        except ValueError:
            return False  # OpenSSL reads some certificates that cryptography refuses
        if certificate is None or algorithm not in HASHES:
            return False
        return fingerprint_of(certificate, algorithm) == fingerprint.upper()

    def close(self) -> list[bytes]:
        """Return the datagrams that end the association."""
        try:
            self._connection.shutdown()
        except SSL.Error:
            return []  # the handshake has not ended, so there is nothing to close
        return self._written()

    def _export_keys(self) -> Keys:
        if self._connection.get_selected_srtp_profile() != PROFILE:
            raise DtlsError(f"the browser doesn't offer {PROFILE.decode()} for SRTP")
        length = 2 * (KEY_LENGTH + SALT_LENGTH)
        exported = self._connection.export_keying_material(b"EXTRACTOR-dtls_srtp", length)
        salts = 2 * KEY_LENGTH
        # The client's come first (RFC 5764, section 4.2), and the browser is the client.
        return Keys(
            exported[:KEY_LENGTH],
            exported[KEY_LENGTH:salts],
            exported[salts : salts + SALT_LENGTH],
            exported[salts + SALT_LENGTH :],
        )

    def _written(self) -> list[bytes]:
        try:
            return datagrams(self._connection.bio_read(1 << 16))
        except SSL.WantReadError:
            return []


def datagrams(records: bytes) -> list[bytes]:
    """Split what OpenSSL wrote into datagrams of one record each (RFC 6347, section 4.1)."""
    found: list[bytes] = []
    while records:
        end = RECORD_HEADER + int.from_bytes(records[11:RECORD_HEADER], "big")
        found.append(records[:end])
        records = records[end:]
    return found


def _reason(error: SSL.Error) -> str:
    """Return OpenSSL's words for an error."""
    details = error.args[0] if error.args else None
    return str(details[0][-1]) if isinstance(details, list) and details else "no reason given"
