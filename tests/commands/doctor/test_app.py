"""The doctor's checks of the app: address, signatures, keys, and clock."""

import asyncio
import json
import socket
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import deskphone
from commands.doctor.examination import Examination
from commands.doctor.findings import Finding, State
from commands.doctor.items.app import (
    check_signature,
    judge_app,
    judge_function_keys,
    judge_ledger,
    judge_signature,
)
from commands.doctor.items.machine import (
    check_clock,
    declared,
    judge_clock,
    judge_packages,
    judge_python,
    judge_versions,
)
from commands.doctor.subject import Place, Request, read_subject
from commands.doctor.web import Answer, UnreachableError, Web
from shared.clock import SystemClock
from shared.config.settings import Secret

if TYPE_CHECKING:
    from tests.conftest import WebServer

ROOT = Path(__file__).parents[3]
URL = "https://app.example/api/TwimlMessage?Message=Hello"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
Doctor = Callable[..., Mapping[str, Finding]]
Faults = Callable[..., object]


class LateClock(SystemClock):
    """A clock that is an hour behind."""

    def now(self) -> datetime:
        return super().now() - timedelta(hours=1)


def answer(status: int, detail: str = "") -> Answer:
    """Return a response of the app; its own errors have a detail."""
    return Answer(status, json.dumps({"detail": detail}) if detail else "", {})


@pytest.mark.parametrize(
    ("status", "word"),
    [
        (200, "not with TwiML"),
        (302, "redirects"),
        (401, "login"),
        (403, "it rejects requests"),
        (404, "TwimlHello doesn't exist"),
        (503, "fails (503)"),
    ],
)
def test_a_wrong_address_is_explained(status: int, word: str) -> None:
    finding = judge_app(answer(status), is_deployment=True)

    assert finding.state is State.WRONG
    assert word in finding.text


def test_an_app_that_accepts_unsigned_requests_is_wrong(web_server: "WebServer") -> None:
    web_server.twiml("/api/TwimlMessage", "<Response/>")
    finding = asyncio.run(signature_of(web_server.url))

    assert finding.text == "TwimlMessage accepts unsigned requests"
    assert len(web_server.received) == 1  # nothing signed went out


async def signature_of(url: str) -> Finding:
    """Check the signatures of an app."""
    async with Web() as web:
        subject = read_subject(Request(url=url, settings_file=""), {}, ROOT)
        examination = Examination(subject, ROOT, SystemClock(), web)
        examination.secrets[Secret.AUTH_TOKEN] = "0" * 32
        return await check_signature(examination)


def test_redirects_get_neither_signature_nor_key(web_server: "WebServer") -> None:
    web_server.answer("/api/TwimlMessage", b"/elsewhere", "text/plain", status=302)
    finding = asyncio.run(signature_of(web_server.url))

    assert finding.state is State.WRONG
    assert web_server.asked("/elsewhere") == []


def test_a_token_unknown_to_the_app_is_detected(doctor: Doctor) -> None:
    finding = doctor(TWILIO_AUTH_TOKEN="0123456789abcdef" * 2)["signature"]

    assert finding.state is State.WRONG
    assert finding.text == "the app uses a different auth token than the one here"


def test_an_app_with_another_public_url_is_detected() -> None:
    detail = "The signed URL is https://other.example/api/TwimlMessage?Message=Hello (PUBLIC_URL"
    finding = judge_signature(URL, answer(403), answer(403, detail))

    assert finding.text == (
        "the app thinks its address is https://other.example, so it rejects what Twilio sends to "
        "https://app.example"
    )


def test_a_403_from_something_else_is_recognized() -> None:
    assert "not from the app" in judge_signature(URL, answer(403), answer(403)).text


def test_an_app_that_cannot_read_its_token_is_quoted() -> None:
    detail = "The app's identity isn't allowed to read secrets."
    finding = judge_signature(URL, answer(403), answer(503, detail))

    assert finding.state is State.WRONG
    assert detail in finding.text


def test_an_apps_response_cannot_contain_terminal_escapes() -> None:
    finding = judge_signature(URL, answer(403), answer(500, "\x1b[2J" + "x" * 1000))

    assert "\x1b" not in finding.text
    assert len(finding.text) < 300


def test_an_action_without_a_key_is_wrong_in_a_deployment() -> None:
    finding = judge_function_keys(answer(200), None, Place.DEPLOYMENT)

    assert finding.state is State.WRONG
    assert "without a function key" in finding.text


def test_core_tools_do_not_require_a_key() -> None:
    assert judge_function_keys(answer(200), None, Place.FUNC_START).state is State.OK


def test_a_key_that_is_not_accepted_is_wrong(doctor: Doctor) -> None:
    assert doctor(key="another")["function keys"].text == "the key is invalid"


def test_an_unhealthy_app_is_quoted() -> None:
    finding = judge_function_keys(answer(401), answer(503, "twilio: no"), Place.DEPLOYMENT)

    assert finding.text == "GetHealth responds with 503: twilio: no"


def test_failing_storage_is_reported_for_the_app_and_this_machine(
    stack_doctor: Doctor, faults: Faults
) -> None:
    faults({"service": "storage", "kind": "refused"})
    found = stack_doctor()

    assert found["storage"].state is State.WRONG
    assert found["ledger"].state is State.WRONG
    assert "the app can't use its storage (503)" in found["ledger"].text


def test_a_missing_function_is_not_mistaken_for_an_unused_key() -> None:
    assert judge_ledger(answer(404, "No request was sent with this key.")).state is State.OK
    assert judge_ledger(answer(404)).text == "GetStatus doesn't exist"


@pytest.mark.parametrize(("skew_s", "state"), [(0, "ok"), (-30, "ok"), (31, "warn"), (-31, "warn")])
def test_more_than_30_seconds_of_skew_are_a_warning(skew_s: int, state: str) -> None:
    assert judge_clock(NOW, NOW + timedelta(seconds=skew_s)).state == state


def test_the_clock_is_compared_with_a_responses_date(web_server: "WebServer") -> None:
    async def check() -> Finding:
        async with Web() as web:
            values = {"LOCAL_STACK_URL": web_server.url}
            subject = read_subject(Request(settings_file=""), values, ROOT)
            return await check_clock(Examination(subject, ROOT, LateClock(), web))

    finding = asyncio.run(check())

    assert finding.state is State.WARNING
    assert "seconds behind the server's" in finding.text


def test_an_app_that_never_answers_times_out() -> None:
    async def ask(url: str) -> None:
        async with Web(limit_s=0.05) as web:
            await web.ask(url)

    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(UnreachableError, match=r"timed out after 0\.05 seconds"):
            asyncio.run(ask(url))


@pytest.mark.parametrize(
    ("python", "state"), [((3, 12), "wrong"), ((3, 13), "ok"), ((3, 15), "warn")]
)
def test_an_old_python_is_wrong_and_an_unknown_one_a_warning(
    python: tuple[int, int], state: str
) -> None:
    assert judge_python(python, ".venv").state == state


def test_packages_with_other_versions_are_named() -> None:
    pins = {"twilio": "9.13.0", "aiohttp": "3.14.5"}

    assert judge_packages(pins, {"twilio": "9.0.0", "aiohttp": "3.14.5"}).text == (
        "different from the deployment: twilio is 9.0.0, not 9.13.0"
    )
    assert judge_packages(pins, {"twilio": "9.13.0", "aiohttp": ""}).text == "missing: aiohttp"


def test_versions_of_app_and_emulator_are_reported() -> None:
    found = judge_versions(
        {"Switchboard": declared(ROOT), "deskphone": declared(ROOT / "deskphone")}
    )

    assert found.state == "ok"
    assert found.text.endswith(f", deskphone {deskphone.__version__}")


def test_missing_version_is_a_warning(tmp_path: Path) -> None:
    found = judge_versions({"Switchboard": "1.0.0", "deskphone": declared(tmp_path)})

    assert (found.state, found.text) == ("warn", "unknown version of deskphone")


def test_a_port_used_by_another_program_is_a_warning(web_server: "WebServer") -> None:
    port = int(web_server.url.rpartition(":")[2])
    finding = asyncio.run(ports_of(port))

    assert finding.text == f"another program is using port {port}"
    assert finding.cure.endswith("python3 dev.py start --phone-port N")


async def ports_of(phone_port: int) -> Finding:
    """Check the local ports; the functions' port is free."""
    from commands.doctor.items.machine import check_ports

    async with Web() as web:
        request = Request(local=True, port=1, phone_port=phone_port, settings_file="")
        subject = read_subject(request, {}, ROOT)
        return await check_ports(Examination(subject, ROOT, SystemClock(), web))
