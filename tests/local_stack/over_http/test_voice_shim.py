"""The emulator's script in web pages, which connects Twilio's Voice SDK with the emulator."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_stack.host.http.voice_shim import allowing, with_script

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.local_stack.conftest import AppFolder, MakeAppFolder, RunHost, RunningHost

WEB, SOCKET = "http://127.0.0.1:7072", "ws://127.0.0.1:7072"
PAGE = "<!doctype html><html><head><title>a</title></head><body></body></html>"
ANSWER = """
def main(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse({body!r}, mimetype={kind!r}, headers={headers!r})
"""
BROWSER = [("Sec-Fetch-Dest", "document"), ("Sec-Fetch-Site", "none")]
POLICY = "Content-Security-Policy"


def answer(body: str | bytes, kind: str = "text/html", **headers: str) -> str:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return ANSWER.format(body=body, kind=kind, headers=given)


def build(app: AppFolder) -> None:
    app.add("Page", answer(PAGE, Content_Security_Policy="default-src 'none'"))
    app.add("Measured", answer(PAGE, Content_Length=str(len(PAGE))))
    app.add("Text", answer(PAGE, "text/plain"))
    app.add("Packed", answer(b"\x1f\x8b", Content_Encoding="gzip"))
    app.add("Wide", answer(PAGE.encode("utf-16"), "text/html; charset=utf-16"))
    app.add("WideUnnamed", answer(PAGE.encode("utf-16")))
    app.add("Empty", answer(""))
    strict = "script-src 'strict-dynamic' 'nonce-a'"
    app.add("Strict", answer(PAGE, Content_Security_Policy=strict))


@pytest.fixture(scope="module")
def pages(
    run_host: RunHost, app_folder: MakeAppFolder, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningHost]:
    app = app_folder(tmp_path_factory.mktemp("pages"))
    build(app)
    with run_host(app.root, {"LOCAL_STACK_URL": WEB}) as host:
        yield host


def test_a_page_in_a_browser_gets_the_script_first(pages: RunningHost) -> None:
    found = pages.get("/api/Page", BROWSER)
    script = f'<head><script src="{WEB}/voice-shim.js"></script><title>'

    assert found.body.decode() == PAGE.replace("<head><title>", script)
    assert found.all(POLICY) == [
        f"default-src 'none'; script-src {WEB}; connect-src {WEB} {SOCKET}; media-src {WEB}"
    ]


def test_the_script_is_on_the_host_that_the_page_comes_from(pages: RunningHost) -> None:
    found = pages.get("/api/Page", [*BROWSER, ("Host", "localhost:7071")])

    assert b'<script src="http://localhost:7072/voice-shim.js">' in found.body


def test_a_length_that_the_function_gave_counts_the_script(pages: RunningHost) -> None:
    found = pages.get("/api/Measured", BROWSER)

    assert b"voice-shim" in found.body
    assert found.all("Content-Length") == [str(len(found.body))]


def test_a_program_gets_what_the_function_returned(pages: RunningHost) -> None:
    found = pages.get("/api/Page")

    assert found.body.decode() == PAGE
    assert found.all(POLICY) == ["default-src 'none'"]


@pytest.mark.parametrize("name", ["Text", "Packed", "Wide", "WideUnnamed", "Empty"])
def test_nothing_else_changes(pages: RunningHost, name: str) -> None:
    assert pages.get(f"/api/{name}", BROWSER).body == pages.get(f"/api/{name}").body


def test_without_an_emulator_there_is_no_script(
    run_host: RunHost, app_folder: MakeAppFolder, tmp_path_factory: pytest.TempPathFactory
) -> None:
    app = app_folder(tmp_path_factory.mktemp("pages"))
    build(app)
    with run_host(app.root, {}) as host:
        assert host.get("/api/Page", BROWSER).body.decode() == PAGE


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("<HEAD lang=en>a", "<HEAD lang=en>*a"),
        ("<!DOCTYPE html><title>a", "<!DOCTYPE html>*<title>a"),
        ("<header>a", "*<header>a"),
        ("\ufeff<!doctype html><html><head>a", "\ufeff<!doctype html><html><head>*a"),
        ("<!-- <head> --><html><head>a", "<!-- <head> --><html><head>*a"),
        ("<!--><script>/* --> */</script>", "<!-->*<script>/* --> */</script>"),
        (
            "<html title='a>b'><head data-b=\"<head>\">a",
            "<html title='a>b'><head data-b=\"<head>\">*a",
        ),
        ("<head><script>x = '<head>'</script>", "<head>*<script>x = '<head>'</script>"),
        ("<html><!-- a", "<html>*<!-- a"),
        ("a", "*a"),
    ],
)
def test_the_script_is_at_the_start_of_the_head(page: str, expected: str) -> None:
    found = with_script(page.encode(), "u").decode()

    assert found.replace('<script src="u"></script>', "*") == expected


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("", ""),
        ("img-src 'self'", "img-src 'self'"),
        ("script-src 'self'", "script-src 'self' WEB"),
        ("Script-Src 'none'; script-src *", "script-src WEB"),
        ("script-src a; script-src-elem b", "script-src a; script-src-elem b WEB"),
        ("connect-src 'none'", "connect-src WEB WS"),
        ("default-src a", "default-src a; script-src a WEB; connect-src a WEB WS; media-src a WEB"),
    ],
)
def test_a_policy_allows_the_emulator_where_it_limits_something(policy: str, expected: str) -> None:
    assert allowing(policy, "WEB", "WS") == expected


def test_a_policy_that_trusts_no_hosts_allows_the_script_by_a_nonce(pages: RunningHost) -> None:
    found = pages.get("/api/Strict", BROWSER)
    nonce = re.findall(r'<script src="[^"]+" nonce="([^"]+)">', found.body.decode())
    again = pages.get("/api/Strict", BROWSER)

    assert found.all(POLICY) == [f"script-src 'strict-dynamic' 'nonce-a' {WEB} 'nonce-{nonce[0]}'"]
    assert found.body != again.body


@given(st.text(st.sampled_from("a;, '*-"), max_size=60))
def test_a_changed_policy_still_forbids_what_it_forbade(policy: str) -> None:
    before = {part.split()[0].lower() for part in policy.split(";") if part.split()}
    after = {part.split()[0] for part in allowing(policy, "WEB", "WS").split(";") if part.split()}

    assert before == after
