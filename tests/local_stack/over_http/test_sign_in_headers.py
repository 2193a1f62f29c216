"""Headers that only App Service's sign-in may set."""

from __future__ import annotations

import random
import socket
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.local_stack.conftest import RunHost, RunningHost

PATIENCE_S = 20
NAMES = ("X-MS-CLIENT-PRINCIPAL", "x-ms-client-principal-ID", "X-Ms-Client-Principal-Name")


def principals(host: RunningHost, *names: str) -> dict[str, str]:
    """Send headers with these names; return those that a function sees."""
    seen = host.get("/api/Echo", [(name, "forged") for name in names]).json()["headers"]
    return {name: value for name, value in seen.items() if "client-principal" in name}


@pytest.mark.parametrize("name", NAMES)
def test_a_client_can_not_set_them(host: RunningHost, name: str) -> None:
    assert principals(host, name, name) == {}


def test_a_pretended_person_is_signed_in_whatever_a_client_sends(
    run_host: RunHost, app_root: Path
) -> None:
    with run_host(app_root, {"LOCAL_PRINCIPAL_ID": "ann"}) as host:
        assert principals(host) == {"x-ms-client-principal-id": "ann"}
        assert principals(host, *NAMES) == {"x-ms-client-principal-id": "ann"}


def test_no_spelling_reaches_a_function_under_their_name(host: RunningHost) -> None:
    spelling, statuses = random.Random(1), set[bytes]()  # noqa: S311 - spellings are no secret
    for _ in range(1000):
        swapped = "".join(
            spelling.choice((one, one.swapcase(), "_" if one == "-" else one)) for one in NAMES[1]
        )
        before = spelling.choice(("", "A: b\r\n ", "A: b\n", "A: b\r", " ", "\0"))
        after = spelling.choice((": x", ":x", " : x", f": x\r\n{swapped}: x"))
        head = f"GET /api/Echo HTTP/1.1\r\nHost: 127.0.0.1\r\n{before}{swapped}{after}\r\n\r\n"
        with socket.create_connection(("127.0.0.1", host.port), PATIENCE_S) as client:
            client.sendall(head.encode())
            client.shutdown(socket.SHUT_WR)
            answer = b"".join(iter(lambda: client.recv(65_536), b""))

        statuses.add(answer.split(b" ")[1])
        assert b'"x-ms-client-principal-id"' not in answer.lower()
    assert statuses == {b"200", b"400"}
