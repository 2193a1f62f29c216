"""Terminal output for requests that the host refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.local_stack.conftest import Headers, RunningHost


@pytest.mark.parametrize(
    ("target", "headers", "reason"),
    [
        ("/api/Keyed?part=none", [], "the x-functions-key header is missing"),
        ("/api/Keyed?part=header", [("x-functions-key", "wrong")], "header is invalid"),
        ("/api/Keyed?Code=wrong", [], "the code in the query is invalid"),
    ],
)
def test_a_401_says_what_is_wrong_with_the_key(
    host: RunningHost, target: str, headers: Headers, reason: str
) -> None:
    host.get(target, headers)

    output = host.wait_for_output(f"{reason}; the local key is `local`")
    assert "WARNING host: 401 GET /api/Keyed: " in output
    assert "wrong" not in output
    assert "part=" not in output


def test_a_404_names_the_existing_routes(host: RunningHost) -> None:
    host.ask("POST", "/api/Txt?number=12025550123", body=b"inside")

    output = host.wait_for_output(
        "404 POST /api/Txt: no function has this path; the routes are /api/BadHeader, "
    )
    assert "12025550123" not in output
    assert "inside" not in output


def test_a_wrong_method_names_the_allowed_one(host: RunningHost) -> None:
    assert host.get("/api/KeyedPost").status == 404

    host.wait_for_output("WARNING host: 404 GET /api/KeyedPost: allowed methods: POST\n")


def test_the_line_of_a_refusal_has_a_bounded_length(host: RunningHost) -> None:
    host.get("/api/long" + "x" * 5000)

    line = host.wait_for_output("/api/longx").partition("/api/longx")[2].partition("\n")[0]
    assert len(line) < 700
