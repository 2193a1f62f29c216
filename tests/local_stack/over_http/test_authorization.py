"""Authorization, over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local_stack.host.addresses import REPORT_PATH

if TYPE_CHECKING:
    from tests.local_stack.conftest import RunningHost


def test_a_missing_key_is_a_401_without_a_body(host: RunningHost) -> None:
    answer = host.get("/api/Keyed")

    assert (answer.status, answer.body) == (401, b"")


def test_the_key_can_be_a_header(host: RunningHost) -> None:
    assert host.get("/api/Keyed", [("X-Functions-Key", "local")]).status == 200


@pytest.mark.parametrize("name", ["code", "Code", "CODE"])
def test_the_key_can_be_code_in_the_query(host: RunningHost, name: str) -> None:
    assert host.get(f"/api/Keyed?{name}=local").status == 200


@pytest.mark.parametrize("key", ["", "loca", "local2", "é", "locá"])
def test_a_wrong_key_is_a_401(host: RunningHost, key: str) -> None:
    assert host.get("/api/Keyed", [("x-functions-key", key)]).status == 401


def test_a_wrong_header_wins_over_a_valid_code(host: RunningHost) -> None:
    headers = [("x-functions-key", "wrong")]

    assert host.get("/api/Keyed?code=local", headers).status == 401


def test_an_admin_function_needs_a_key(host: RunningHost) -> None:
    assert host.get("/api/Managed").status == 401
    assert host.get("/api/Managed?code=local").status == 200


def test_an_anonymous_function_accepts_any_key(host: RunningHost) -> None:
    assert host.get("/api/Echo?code=wrong").status == 200


def test_an_unlisted_method_is_a_404_even_without_a_key(host: RunningHost) -> None:
    assert host.get("/api/KeyedPost").status == 404


def test_the_hosts_status_and_the_supervisors_report_need_the_key(host: RunningHost) -> None:
    key = [("x-functions-key", "local")]

    assert host.get("/admin/host/status").status == 401
    assert host.get(REPORT_PATH).status == 404
    assert host.get("/admin/host/status", key).status == 200
    assert host.get(REPORT_PATH, key).status == 200
