"""Headers that only App Service's sign-in may set."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.local_stack.conftest import RunHost, RunningHost

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
