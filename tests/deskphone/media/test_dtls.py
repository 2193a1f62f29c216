"""The handshake of DTLS in memory, with flights lost and datagrams changed."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskphone.media.transport import dtls
from tests.deskphone.media.standin import ClientError, DtlsClient


def shake_hands(server: dtls.Association, client: DtlsClient, start: list[bytes]) -> None:
    """Pass datagrams on until neither side has more to say."""
    to_server = start
    while to_server:
        to_client = [answer for one in to_server for answer in server.receive(one)]
        to_server = client.receive(*to_client) if to_client else []


def test_both_sides_have_the_same_keys() -> None:
    server, client = dtls.Association(), DtlsClient()
    shake_hands(server, client, client.receive())

    keys = client.keys()
    assert server.keys == dtls.Keys(keys[:16], keys[16:32], keys[32:46], keys[46:])
    assert server.has_fingerprint("sha-256", client.identity.fingerprint.lower())
    assert not server.has_fingerprint("sha-256", dtls.identity().fingerprint)
    assert not server.has_fingerprint("md5", client.identity.fingerprint)


def test_a_datagram_is_one_record_that_any_path_carries() -> None:
    server, client = dtls.Association(), DtlsClient()
    datagrams = [one for hello in client.receive() for one in server.receive(hello)]

    assert len(datagrams) > 3
    assert max(map(len, datagrams)) <= dtls.LARGEST_DATAGRAM
    assert [int.from_bytes(one[11:13], "big") + 13 for one in datagrams] == [*map(len, datagrams)]


def test_a_lost_flight_of_ours_is_sent_again() -> None:
    server, client = dtls.Association(), DtlsClient()
    lost = [one for hello in client.receive() for one in server.receive(hello)]
    again = retransmitted(server)
    assert len(again) == len(lost)

    shake_hands(server, client, client.receive(*again))
    assert server.keys is not None
    assert client.is_done
    assert server.seconds_left() is None


def retransmitted(server: dtls.Association) -> list[bytes]:
    """Return the last flight once OpenSSL's timer, of one second, is over."""
    for _ in range(5):  # it may be a little early
        left = server.seconds_left()
        assert left is not None
        time.sleep(left)
        if datagrams := server.retransmit():
            return datagrams
    return []


def test_a_lost_last_flight_of_ours_is_sent_again_when_asked_for() -> None:
    server, client = dtls.Association(), DtlsClient()
    ours = [one for hello in client.receive() for one in server.receive(hello)]
    theirs = client.receive(*ours)
    for one in theirs:
        server.receive(one)  # what it returns is lost
    assert server.keys is not None
    assert not client.is_done
    left = client.connection.DTLSv1_get_timeout()
    assert left is not None
    time.sleep(left + 0.01)
    assert client.connection.DTLSv1_handle_timeout()

    shake_hands(server, client, client.written())
    assert client.is_done


@given(st.dictionaries(st.integers(0, 9), st.tuples(st.integers(0, 1200), st.integers(1, 255))))
def test_a_changed_datagram_raises_only_an_error_of_ours(
    changes: dict[int, tuple[int, int]],
) -> None:
    """Changes are by number of the browser's datagram: a position, and bits to flip."""
    server, client = dtls.Association(), DtlsClient()
    to_server, number = client.receive(), 0
    try:
        while to_server:
            to_client: list[bytes] = []
            for one in to_server:
                changed = bytearray(one)
                position, bits = changes.get(number, (0, 0))
                changed[position % len(one)] ^= bits
                to_client += server.receive(bytes(changed))
                number += 1
            to_server = client.receive(*to_client) if to_client else []
    except ClientError:
        assert changes
    except dtls.DtlsError:
        assert server.keys is None
    assert changes or client.is_done


@given(st.lists(st.binary(max_size=100), max_size=5))
def test_garbage_does_not_stop_a_handshake(garbage: list[bytes]) -> None:
    server, client = dtls.Association(), DtlsClient()
    for one in garbage:
        # Handshake messages of another version, alerts and application data in the clear.
        for kind in (20, 21, 23, 24, 63):
            server.receive(bytes([kind]) + one)
    shake_hands(server, client, client.receive())

    assert server.keys is not None


def test_garbage_after_the_handshake_is_dropped() -> None:
    server, client = dtls.Association(), DtlsClient()
    shake_hands(server, client, client.receive())
    for kind in range(20, 64):
        header = bytes([kind]) + bytes.fromhex("fefd0001000000000009001d")
        assert server.receive(header + bytes(0x1D)) == []

    assert not server.is_closed


def test_the_browser_closes_it() -> None:
    server, client = dtls.Association(), DtlsClient()
    shake_hands(server, client, client.receive())
    client.connection.shutdown()
    for one in client.written():
        server.receive(one)

    assert server.is_closed


def test_closing_tells_the_browser() -> None:
    server, client = dtls.Association(), DtlsClient()
    shake_hands(server, client, client.receive())
    client.receive(*server.close())

    assert client.is_closed


def test_closing_before_the_handshake_sends_nothing() -> None:
    assert dtls.Association().close() == []


def test_another_profile_is_an_error() -> None:
    server, client = dtls.Association(), DtlsClient(profile=b"SRTP_AES128_CM_SHA1_32")
    with pytest.raises(dtls.DtlsError, match="SRTP_AES128_CM_SHA1_80"):
        shake_hands(server, client, client.receive())


def test_a_process_has_one_certificate() -> None:
    assert dtls.identity() is dtls.identity()
