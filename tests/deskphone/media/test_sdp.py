"""Session descriptions, as browsers write them and damaged."""

import re
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskphone.media import sdp
from deskphone.media.transport.ice import Credentials

LOCAL = sdp.Local(
    session=1,
    version=2,
    credentials=Credentials("frag", "p" * 32),
    fingerprint="AA:BB",
    candidates=[("127.0.0.1", 5000), ("::1", 5001)],
    source=77,
    name="deskphone",
)
FINGERPRINT = ":".join(["8F"] * 32)
OFFER = f"""v=0
o=- 5876494212591750300 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0
a=extmap-allow-mixed
a=msid-semantic: WMS 3e5e
m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126
c=IN IP4 0.0.0.0
a=rtcp:9 IN IP4 0.0.0.0
a=ice-ufrag:PvrK
a=ice-pwd:WH0ncxyVI/lU1l0UymMsGO8W
a=ice-options:trickle
a=fingerprint:sha-256 {FINGERPRINT}
a=setup:actpass
a=mid:0
a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
a=sendrecv
a=msid:3e5e 639d
a=rtcp-mux
a=rtpmap:111 opus/48000/2
a=rtpmap:0 PCMU/8000
a=rtpmap:13 CN/8000
a=rtpmap:110 telephone-event/48000
a=rtpmap:126 telephone-event/8000
""".replace("\n", "\r\n")
"""What Chromium offers, without a few codecs."""
VIDEO = """m=video 9 UDP/TLS/RTP/SAVPF 96
c=IN IP4 0.0.0.0
a=mid:1
a=rtpmap:96 VP8/90000
""".replace("\n", "\r\n")


def lines(text: str) -> list[str]:
    return text.split("\r\n")


def test_reads_an_offer() -> None:
    remote = sdp.read_offer(OFFER)

    assert (remote.mid, remote.fragment, remote.setup) == ("0", "PvrK", "actpass")
    assert remote.fingerprint == ("sha-256", FINGERPRINT)
    assert (remote.direction, remote.events) == ("sendrecv", 126)


def test_answers_with_pcmu_and_telephone_events_only() -> None:
    answer = lines(sdp.answer(LOCAL, sdp.read_offer(OFFER)))

    assert "m=audio 5000 UDP/TLS/RTP/SAVPF 0 126" in answer
    assert [one for one in answer if one.startswith("a=rtpmap")] == [
        "a=rtpmap:0 PCMU/8000",
        "a=rtpmap:126 telephone-event/8000",
    ]
    assert {"a=ice-lite", "a=setup:passive", "a=mid:0", "a=rtcp-mux"} <= {*answer}


def test_candidates_prefer_loopback() -> None:
    found = re.findall(
        r"a=candidate:(\S+) 1 udp (\d+) (\S+) (\d+) typ host",
        sdp.answer(LOCAL, sdp.read_offer(OFFER)),
    )

    assert [one[2:] for one in found] == [("127.0.0.1", "5000"), ("::1", "5001")]
    assert int(found[0][1]) > int(found[1][1])
    assert found[0][0] != found[1][0]


def test_an_offer_of_ours_can_be_read() -> None:
    text = sdp.offer(LOCAL).replace("AA:BB", FINGERPRINT)
    remote = sdp.read_offer(text)

    assert (remote.setup, remote.events) == ("actpass", sdp.OUR_EVENTS)
    assert remote.fragment == "frag"


def test_other_sections_are_refused_in_their_order() -> None:
    for offer in (OFFER + VIDEO, OFFER.replace("m=audio", VIDEO + "m=audio")):
        answer = lines(sdp.answer(LOCAL, sdp.read_offer(offer)))
        kinds = [one.partition(" ")[0] for one in lines(offer) if one.startswith("m=")]

        assert [one.partition(" ")[0] for one in answer if one.startswith("m=")] == kinds
        assert "m=video 0 UDP/TLS/RTP/SAVPF 96" in answer
        assert "a=group:BUNDLE 0" in answer


def test_without_telephone_events_there_are_none() -> None:
    offer = OFFER.replace("a=rtpmap:126 telephone-event/8000\r\n", "")

    assert sdp.read_offer(offer).events is None
    assert "telephone-event" not in sdp.answer(LOCAL, sdp.read_offer(offer))


def test_attributes_of_the_session_count_for_the_audio() -> None:
    moved = f"a=fingerprint:sha-256 {FINGERPRINT}\r\n"
    offer = OFFER.replace(moved, "").replace("t=0 0\r\n", "t=0 0\r\n" + moved)

    assert sdp.read_offer(offer).fingerprint == ("sha-256", FINGERPRINT)


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("sendrecv", "sendrecv"),
        ("sendonly", "recvonly"),
        ("recvonly", "sendonly"),
        ("inactive", "inactive"),
    ],
)
def test_answers_a_direction_with_its_opposite(theirs: str, ours: str) -> None:
    offer = OFFER.replace("a=sendrecv", f"a={theirs}")

    assert f"a={ours}" in lines(sdp.answer(LOCAL, sdp.read_offer(offer)))


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("m=audio", "m=video"), "PCMU"),
        (("9 0 8", "9 8"), "PCMU"),
        (("UDP/TLS/RTP/SAVPF", "RTP/AVP"), "PCMU"),
        (("a=rtcp-mux", "a=x"), "rtcp-mux"),
        (("a=mid:0", "a=mid:\x00"), "mid"),
        (("a=mid:0", "a=mid:0 1"), "mid"),
        (("PvrK", "P"), "ice-ufrag"),
        (("sha-256", "md5"), "fingerprint"),
        ((FINGERPRINT, "8F"), "fingerprint"),
        (("v=0", "v=0" + "\r\n" * sdp.LONGEST), "longer"),
        (("v=0", "v=0" + "\r\nm=audio" * 50), "sections"),
    ],
)
def test_says_why_an_offer_is_unusable(change: tuple[str, str], complaint: str) -> None:
    with pytest.raises(sdp.DescriptionError, match=complaint):
        sdp.read_offer(OFFER.replace(*change))


def test_refuses_to_be_the_client_of_dtls() -> None:
    with pytest.raises(sdp.DescriptionError, match="setup"):
        sdp.read_offer(OFFER.replace("a=setup:actpass", "a=setup:passive"))
    with pytest.raises(sdp.DescriptionError, match="setup"):
        sdp.read_answer(OFFER.replace("a=setup:actpass", "a=setup:passive"))


@given(st.data())
def test_a_damaged_offer_raises_only_an_error_of_ours(data: st.DataObject) -> None:
    kept = data.draw(st.lists(st.sampled_from([*lines(OFFER + VIDEO), "m=", "a=", "m=audio"])))
    garbage = data.draw(st.text(max_size=40))
    position = data.draw(st.integers(0, len(OFFER)))
    for text in ("\r\n".join(kept), OFFER[:position] + garbage + OFFER[position:], garbage):
        try:
            answer = sdp.answer(LOCAL, sdp.read_offer(text))
        except sdp.DescriptionError:
            continue
        assert all(re.match(r"[a-z]=\S", line) for line in lines(answer)[:-1])


def test_an_endless_description_takes_little_memory() -> None:
    lines = [*(f"a={number:x}" for number in range(3000)), *["m="] * 10_000]
    tracemalloc.start()
    with pytest.raises(sdp.DescriptionError, match="sections"):
        sdp.read_offer("\n".join(lines))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert most < 100 * 2**20
