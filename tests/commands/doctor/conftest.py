"""Fixtures that run the doctor in this process, against the local stack."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from commands.doctor.checklist import examine
from commands.doctor.examination import Examination
from commands.doctor.findings import Finding
from commands.doctor.subject import Request, read_subject
from commands.doctor.web import Web
from commands.local_values import local_values
from deskphone.values import ACCOUNT_SID, AUTH_TOKEN, LINE
from local_stack.testing import LocalStack
from shared.clock import SystemClock

ROOT = Path(__file__).parents[3]
Findings = Mapping[str, Finding]
Doctor = Callable[..., Findings]


def port_of(url: str) -> int:
    return int(url.rpartition(":")[2])


async def findings_of(request: Request, environment: Mapping[str, str]) -> Findings:
    """Examine the app selected by the command line and the environment."""
    async with Web(limit_s=5) as web:
        subject = read_subject(request, environment, ROOT)
        examination = Examination(subject, ROOT, SystemClock(), web)
        found = {result.item: result.finding async for result in examine(examination)}
        await examination.close()
    return found


@pytest.fixture
def stack_request(stack: LocalStack) -> Request:
    """The command line for the running stack."""
    return Request(
        local=True,
        port=port_of(stack.functions_url),
        phone_port=port_of(stack.emulator_url),
        settings_file="",
    )


@pytest.fixture
def stack_doctor(stack_request: Request, monkeypatch: pytest.MonkeyPatch) -> Doctor:
    """Examines the running stack with its vault and its identity."""
    functions_url = f"http://127.0.0.1:{stack_request.port}"
    for name, value in local_values(functions_url, stack_request.phone_port).items():
        monkeypatch.setenv(name, value)  # Microsoft's package reads the identity from there

    def run(**environment: str) -> Findings:
        return asyncio.run(findings_of(stack_request, environment))

    return run


@pytest.fixture
def doctor(stack: LocalStack, stack_request: Request) -> Doctor:
    """Examines an app of `func start` with plain settings, by default the stack's."""
    request = stack_request._replace(local=False)
    settings = {
        "LOCAL_STACK_URL": stack.emulator_url,
        "PUBLIC_URL": stack.functions_url,
        "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
        "TWILIO_FROM_NUMBER": LINE,
        "LINK_SIGNING_KEY": "2" * 32,
    }

    def run(*, key: str = "local", **environment: str) -> Findings:
        keyed = request._replace(key=key)
        return asyncio.run(findings_of(keyed, {**settings, **environment}))

    return run
