"""A signed request with one changed byte is refused, unless its meaning is the same."""

from collections.abc import Iterator, Sequence
from urllib.parse import parse_qsl, urlencode

import pytest
from twilio.request_validator import RequestValidator

from local_stack.testing import FORM, HANDSET, LocalStack
from tests.fuzz.raw_http import request, status_of

FIELDS = [
    ("MessageSid", "SM" + "0" * 32),
    ("From", HANDSET),
    ("To", "+12025550100"),
    ("Body", "Hello & goodbye ü"),
    ("FromCity", ""),
    ("NumMedia", "0"),
]
TARGET = b"/api/TwimlReply?Message=Dear%20friend&Name=M%C3%BC"
REFUSALS = {400, 403, 404, 405, 413}
FLIPS = (0x01, 0x20, 0x80)
"""The flips: a neighboring character, the other case, a byte outside ASCII."""


def changed(content: bytes) -> Iterator[bytes]:
    """Yield every variant of `content` with one byte replaced, dropped or doubled."""
    for place, byte in enumerate(content):
        before, after = content[:place], content[place + 1 :]
        for flip in FLIPS:
            yield before + bytes([byte ^ flip]) + after
        yield before + after
        yield before + bytes([byte, byte]) + after


def post(parts: Sequence[bytes]) -> bytes:
    target, signature, body, content_type = parts
    return request(
        b"POST %b HTTP/1.1" % target,
        b"Connection: close",
        b"X-Twilio-Signature: %b" % signature,
        b"Content-Type: %b" % content_type,
        b"Content-Length: %d" % len(body),
        body=body,
    )


def fields_of(body: bytes) -> set[tuple[str, str]]:
    """Return the fields of a form; order and repetition don't matter."""
    return set(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))


@pytest.mark.soak
def test_a_signed_request_with_one_changed_byte_is_refused(stack: LocalStack) -> None:
    port = int(stack.functions_url.rpartition(":")[2])
    body, form_type = urlencode(FIELDS).encode(), FORM.encode()
    url = stack.functions_url + TARGET.decode()
    signature = RequestValidator(stack.auth_token).compute_signature(url, dict(FIELDS)).encode()
    right = (TARGET, signature, body, form_type)
    assert status_of(port, post(right)) == 200

    wrong: list[tuple[int, bytes]] = []
    for part, content in enumerate(right):
        for other in changed(content):
            means_the_same = (
                other == content
                or (part == 2 and fields_of(other) == set(FIELDS))
                or (part == 3 and other.partition(b";")[0].strip().lower() == form_type[:33])
            )
            sent = post([*right[:part], other, *right[part + 1 :]])
            status = status_of(port, sent)
            if status not in REFUSALS and not (status == 200 and means_the_same):
                wrong.append((status, sent))

    assert wrong == []
    assert "Traceback" not in stack.output.text
