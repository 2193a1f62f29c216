"""Every reader of input takes linear time, each with its worst input."""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

import azure.functions as func
import pytest

from shared.answers import numbers, parameters, reply, spoken
from shared.errors import AppError
from shared.http import byte_ranges, idempotency, inputs, web_addresses
from shared.phone_numbers import masked, parse_number, parse_sender, with_masked_numbers
from shared.recordings.voicemails import shown_caller
from shared.segments import count_segments
from shared.webhooks import headers, signatures, spellings, variants
from shared.xml_text import xml_text
from tests.cost.growth import excess

SIZES = (1_000, 8_000)

type Reader = Callable[[], object]


def each(value: str) -> Callable[[int], list[tuple[str, str]]]:
    """Return a function that makes `n` numbered parameters with this value."""
    return lambda n: [(f"Name[{number}]", value) for number in range(n)]


def request(body: bytes = b"", query: str = "", **given: str) -> func.HttpRequest:
    named = {name.replace("_", "-"): value for name, value in given.items()}
    return func.HttpRequest("POST", f"https://app.example/api/X?{query}", headers=named, body=body)


def read(body: bytes) -> None:
    inputs.read_inputs(request(body), "to", "media_url").texts("media_url")


def url(text: str) -> str:
    return web_addresses.media_url(text, has_local_stack=True, field="url")


def explained(query: str, n: int) -> list[variants.Variant]:
    signed = variants.SignedRequest("https://app.example/x", f"/api/X?{query}", each("a")(n), {})
    return list(variants.variants(signed))


def key(text: str) -> object:
    return idempotency.Key.of_request(request(Idempotency_Key=text), "X", Nothing())


@dataclass
class Nothing:
    """A request without inputs."""


READERS: dict[str, Callable[[int], Reader]] = {
    "a list from the query": lambda n: partial(parameters.entries, each("é ")(n), "Name"),
    "one value from the query": lambda n: partial(parameters.text, each(" ")(n), "Name"),
    "a list of other names": lambda n: partial(parameters.entries, each("é")(n), "Nam"),
    "a table": lambda n: partial(parameters.table, each("1")(n), "Name"),
    "one long key of a table": lambda n: partial(
        parameters.table, [(f"Name[{'[' * n}]", "1")], "Name"
    ),
    "parameters passed on": lambda n: partial(parameters.named, each("1")(n), ["Name"]),
    "numbers": lambda n: partial(parameters.phone_numbers, each(" 1 2")(n), "Name"),
    "one long number": lambda n: partial(parameters.phone_numbers, [("N", "1 " * n)], "N"),
    "misplaced parameters": lambda n: partial(parameters.misplaced, each("1")(n), "Name"),
    "numbers among numbers": lambda n: partial(
        numbers.same_numbers, ["+1" + str(i) for i in range(n)], [str(i) for i in range(n)]
    ),
    "the next step of a call": lambda n: partial(parameters.is_next_step, "Twiml" * n + "?"),
    "an encoded URL": lambda n: partial(parameters.percent_encoded, "é%" * n),
    "keywords": lambda n: partial(
        reply.keyword_answer, {f"a{number} ": "" for number in range(n)}, "b. " * n
    ),
    "an answered text": lambda n: partial(reply.reply, " \0é" * n),
    "a message": lambda n: partial(spoken.play_or_say, spoken.apology(""), "\0 https://" * n),
    "characters of XML": lambda n: partial(xml_text, "\0a" * n),
    "segments": lambda n: partial(count_segments, "é€" * n),
    "a masked number": lambda n: partial(masked, ":+" * n + "1" * n),
    "masked numbers": lambda n: partial(with_masked_numbers, "+12025550123 1" * n),
    "a caller": lambda n: partial(shown_caller, "sip:1 " * n),
    "a sender": lambda n: partial(parse_sender, " " * n + "a" * n, region="US", field="from"),
    "a recipient": lambda n: partial(parse_number, "( " * n + "+", region="US", field="to"),
    "JSON: lists": lambda n: partial(read, b'{"media_url": [' + b"[]," * n + b"[]]}"),
    "JSON: objects": lambda n: partial(read, b'{"media_url": [' + b"{}," * n + b"{}]}"),
    "JSON: depth": lambda n: partial(read, b'{"media_url":' + b"[" * n),
    "JSON: depth with names": lambda n: partial(read, b'{"to":' * n + b'"a" ' * n),
    "JSON: the same name": lambda n: partial(read, b"{" + b'"to":1,' * n + b'"to":1}'),
    "JSON: digits": lambda n: partial(read, b'{"to":' + b"9" * n + b"}"),
    "JSON: a fraction": lambda n: partial(read, b'{"to":0.' + b"1" * n + b"}"),
    "JSON: escapes": lambda n: partial(read, json.dumps({"to": "😀\\" * n}).encode()),
    "JSON: bytes": lambda n: partial(read, b'{"to":"' + b"\xff" * n),
    "a form": lambda n: partial(read, b"media_url=%41&" * n),
    "a query": lambda n: partial(inputs.read_query, request(query="a=%&" * n), "a"),
    "a URL: names": lambda n: partial(url, "https://" + "a." * n + "^"),
    "a URL: users": lambda n: partial(url, "https://" + "a:" * n + "@" * n),
    "a URL: paths": lambda n: partial(url, "http://127.0.0.1/" + "a" * n + "/" + "a" * n + "^"),
    "a key in quotes": lambda n: partial(key, '"' + '\\"' * n + '"'),
    "a bare key": lambda n: partial(key, "a" * n + " " * n + ","),
    "a requested key": lambda n: partial(idempotency.key_of, '"' + "\\\\" * n + '"'),
    "parts of a file": lambda n: partial(
        byte_ranges.file_response,
        request(Range="bytes=" + "0-1, " * n),
        b"a",
        media_type="",
        name="",
    ),
    "blanks in a range": lambda n: partial(
        byte_ranges.file_response, request(Range="bytes = " + " " * n), b"a", media_type="", name=""
    ),
    "a signature's settings": lambda n: partial(
        headers.signature_header,
        {signatures.HEADER: "a", signatures.SETTINGS_HEADER: "key=a," * n},
        "",
    ),
    "another spelling": lambda n: partial(
        spellings.other_spellings, "/" + "%61" * n, {"x-original-url": "/" + "a" * n}
    ),
    "another spelling of a query": lambda n: partial(
        spellings.other_spellings, "/?" + "%61=&" * n, {"x-original-url": "/?" + "a&" * n}
    ),
    "joined fields": lambda n: partial(signatures.joined, each("a" * 9)(n)),
    "variants of a request": lambda n: partial(explained, "a=%3D+%20&" * n, n),
}


@pytest.mark.parametrize("make", READERS.values(), ids=READERS)
def test_a_reader_takes_linear_time(make: Callable[[int], Reader]) -> None:
    def work(size: int) -> Reader:
        reader = make(size)

        def once() -> None:
            with suppress(AppError):
                reader()

        return once

    assert excess(work, *SIZES) == ""


def test_a_quadratic_reader_is_found() -> None:
    def quadratic(size: int) -> Reader:
        names = [str(number) for number in range(size)]
        return lambda: [name for name in names if names.index(name) < 0]

    assert excess(quadratic, 200, 1_600) != ""
