"""The doctor's check of the app's storage in the settings."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from commands.doctor.examination import Examination
from commands.doctor.findings import Finding, State
from commands.doctor.items.storage import check_storage
from commands.doctor.subject import Request, read_subject
from commands.doctor.web import Web
from shared.clock import SystemClock

ROOT = Path(__file__).parents[3]
ACCOUNT = {"TWILIO_ACCOUNT_SID": f"AC{'a' * 32}"}


def checked(values: Mapping[str, str], url: str = "") -> Finding:
    """Check the storage of an app with a real account."""
    subject = read_subject(Request(url=url, settings_file=""), {**ACCOUNT, **values}, ROOT)
    return asyncio.run(check_storage(Examination(subject, ROOT, SystemClock(), Web())))


def test_memory_is_enough_for_a_local_app() -> None:
    assert checked({}).text.startswith("in memory")


def test_behind_a_tunnel_an_app_needs_storage() -> None:
    finding = checked({"PUBLIC_URL": "https://tunnel.example"})

    assert finding.state is State.WRONG
    assert "can't send" in finding.text


def test_a_deployments_storage_can_be_unknown_locally() -> None:
    assert checked({}, "https://app.example").state is State.SKIPPED


def test_an_invalid_connection_string_is_wrong_and_not_shown() -> None:
    finding = checked({"AzureWebJobsStorage": "AccountKey=secret"})

    assert finding.state is State.WRONG
    assert "Malformed settings: AzureWebJobsStorage" in finding.text
    assert "secret" not in finding.text + finding.cure


def test_unreachable_storage_is_wrong() -> None:
    endpoint = "http://127.0.0.1:1/devstoreaccount1"
    key = "AccountName=devstoreaccount1;AccountKey=c2VjcmV0"
    finding = checked({"AzureWebJobsStorage": f"{key};TableEndpoint={endpoint}"})

    assert "cannot be reached" in finding.text
