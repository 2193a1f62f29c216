"""Paths: what a function sees as `req.url` and as route values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_stack.host.routing.paths import PathError, decode_path, encode_path
from tests.local_stack.like_azure.code import ECHO

if TYPE_CHECKING:
    from tests.local_stack.conftest import AppFolder, RunningHost
    from tests.local_stack.like_azure.conftest import Serve


def build(app: AppFolder) -> None:
    app.add("Seen", ECHO, {"route": "seen/{value}"})
    app.add("Rest", ECHO, {"route": "rest/{*value}"})


@pytest.fixture(scope="module")
def paths(serve: Serve) -> RunningHost:
    return serve(build)


@pytest.fixture(scope="module")
def behind_azure(serve: Serve) -> RunningHost:
    """A host that takes its requests from Azure's front end."""
    return serve(build, {"WEBSITE_SKU": "FlexConsumption"})


# The path as sent, the value of the route's parameter, and the path in req.url ("" is as sent).
ROWS = [
    ("seen/plum", "plum", ""),
    ("seen/a%20b", "a b", ""),
    ("seen/a+b", "a+b", ""),
    ("seen/50%25", "50%", ""),
    ("seen/a%5Cb", "a\\b", ""),
    ("seen/a%3Fb", "a?b", ""),
    ("seen/a%23b", "a#b", ""),
    ("seen/a%01b", "a\x01b", ""),
    ("seen/a%0Ab", "a\nb", ""),
    ("seen/a%7Fb", "a\x7fb", ""),
    ("seen/%C5%BCaba", "żaba", ""),
    ("seen/%F0%9F%90%B8", "🐸", ""),
    ("seen/a%2Fb", "a%2Fb", ""),
    ("seen/a%2fb", "a%2fb", ""),
    ("seen/%E9t%E9", "%E9t%E9", ""),
    ("seen/%C0%AF", "%C0%AF", ""),
    ("seen/%ED%A0%80", "%ED%A0%80", ""),
    ("seen/!$&'()*,;=:@-._~", "!$&'()*,;=:@-._~", ""),
    ("seen/a%2520b", "a%20b", "seen/a%20b"),
    ("seen/a%252Fb", "a%2Fb", "seen/a%2Fb"),
    ("seen/a%2Bb", "a+b", "seen/a+b"),
    ("seen/%50lum", "Plum", "seen/Plum"),
    ("seen/%7Eann", "~ann", "seen/~ann"),
    ("seen/12%3A30", "12:30", "seen/12:30"),
    ("seen/%c5%bcaba", "żaba", "seen/%C5%BCaba"),
    ('seen/a"b', 'a"b', "seen/a%22b"),
    ("seen/a<b>", "a<b>", "seen/a%3Cb%3E"),
    ("seen/[a]", "[a]", "seen/%5Ba%5D"),
    ("seen/{a}|^`", "{a}|^`", "seen/%7Ba%7D%7C%5E%60"),
    ("seen/a\\b", "a\\b", "seen/a%5Cb"),
    ("seen/a#b", "a#b", "seen/a%23b"),
    ("seen/%gg", "%gg", "seen/%25gg"),
    ("seen/100%", "100%", "seen/100%25"),
    ("seen/%4", "%4", "seen/%254"),
    ("seen/x/../plum", "plum", "seen/plum"),
    ("seen/./plum", "plum", "seen/plum"),
    ("x/%2e%2E/seen/plum", "plum", "seen/plum"),
    ("rest/a/b/", "a/b/", ""),
    ("rest/a//b", "a//b", ""),
    ("rest/a/b/..", "a/", "rest/a/"),
    ("rest/a%2Fb/c", "a%2Fb/c", ""),
    ("REST/A", "A", ""),
]


@pytest.mark.parametrize(("sent", "value", "shown"), ROWS)
def test_a_path_is_decoded_and_encoded_again(
    paths: RunningHost, sent: str, value: str, shown: str
) -> None:
    seen = paths.get(f"/api/{sent}?q=%7E").json()

    assert seen["route"] == {"value": value}
    assert seen["url"] == f"http://127.0.0.1:{paths.port}/api/{shown or sent}?q=%7E"


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/api/seen/a%00b", 400),
        ("/api/seen/a/b", 404),
        ("/api/seen/", 404),
        ("/api//seen/a", 404),
        ("/api/seen/..", 404),
        ("/api/../../etc/passwd", 404),
        ("http://elsewhere.example/api/seen/a", 400),
    ],
)
def test_a_path_that_no_function_sees(paths: RunningHost, target: str, status: int) -> None:
    answer = paths.get(target)

    assert (answer.status, answer.body) == (status, b"")


@pytest.mark.parametrize(
    ("headers", "url"),
    [
        ([("X-Forwarded-Proto", "https")], "https://localhost/api/seen/a"),
        ([("X-Forwarded-Proto", "https"), ("X-Forwarded-Proto", "http")], "https://localhost"),
        ([("Disguised-Host", "shop.example")], "http://shop.example/api/seen/a"),
        ([("X-Forwarded-Host", "shop.example")], "http://localhost/api/seen/a"),
        ([("X-Original-URL", "/other")], "http://localhost/api/seen/a"),
    ],
)
def test_azures_front_end_changes_the_url_only_with_its_setting(
    behind_azure: RunningHost, paths: RunningHost, headers: list[tuple[str, str]], url: str
) -> None:
    sent = [("Host", "localhost"), *headers]

    assert behind_azure.get("/api/seen/a", sent).json()["url"].startswith(url)
    assert paths.get("/api/seen/a", sent).json()["url"] == "http://localhost/api/seen/a"


@pytest.mark.parametrize("scheme", ["https,http", "a b", "1http"])
def test_a_bad_scheme_from_azures_front_end_is_a_500(
    behind_azure: RunningHost, scheme: str
) -> None:
    assert behind_azure.get("/api/seen/a", [("X-Forwarded-Proto", scheme)]).status == 500


PIECES = ["/", "a", "Z9", "%20", "+", "%2F", "%c3%a9", "%E9", "%7e", ".", "[", "#", "%zz", "é"]


@given(st.lists(st.sampled_from(PIECES)).map(lambda pieces: "/" + "".join(pieces)))
def test_an_encoded_path_stays_when_it_is_sent_again(sent: str) -> None:
    shown = encode_path(decode_path(sent))

    assert encode_path(decode_path(shown)) == shown


@given(st.text(st.characters(codec="utf-8", exclude_characters="%\0.")))
def test_an_encoded_path_decodes_to_the_same_text(text: str) -> None:
    path = f"/{text}"

    assert decode_path(encode_path(path)) == path


@given(st.text())
def test_any_path_can_be_decoded_and_shown(text: str) -> None:
    try:
        shown = encode_path(decode_path(f"/{text}"))
    except (PathError, UnicodeEncodeError):  # a NUL, or half of a surrogate pair
        return
    assert shown.isascii()
    assert " " not in shown
