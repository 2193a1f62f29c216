"""Which key opens what, with keys in files as in Azure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.local_stack.like_azure.code import OK

if TYPE_CHECKING:
    from pathlib import Path

    from tests.local_stack.conftest import AppFolder, RunHost, RunningHost
    from tests.local_stack.like_azure.conftest import Serve

MASTER, HOST, SYSTEM, OWN, OTHER = "Mast3rKey==", "HostKey-1", "SysKey_1", "OwnKey/1", "OtherKey1"
LEVELS = {
    "Anonymous": "anonymous",
    "Mixed": "ANONYMOUS",
    "Zero": 0,
    "Own": "function",
    "Other": "Function",
    "Two": 2,
    "Unset": None,
    "System": "system",
    "User": "user",
    "Managed": "admin",
    "Four": "4",
    "Misspelt": "functon",
}


def key(name: str, value: str, *, encrypted: bool = False) -> dict[str, object]:
    return {"name": name, "value": value, "encrypted": encrypted}


def write_keys(folder: Path) -> dict[str, str]:
    """Write key files; return the settings that name them."""
    folder.mkdir()
    files = {
        "host": {
            "masterKey": key("master", MASTER),
            "functionKeys": [key("default", HOST), key("hidden", "Ciphertext", encrypted=True)],
            "systemKeys": [key("hooks", SYSTEM)],
        },
        "own": {"keys": [key("default", OWN)]},
        "other": {"keys": [key("default", OTHER)]},
    }
    for name, document in files.items():
        (folder / f"{name}.json").write_text(json.dumps(document), "utf-8")
    return {"AzureWebJobsSecretStorageType": "Files", "FUNCTIONS_SECRETS_PATH": str(folder)}


def build(app: AppFolder) -> None:
    for name, level in LEVELS.items():
        app.add(name, OK, {"authLevel": level})
    app.add("Posted", OK, {"authLevel": "function", "methods": ["post"]})


@pytest.fixture(scope="module")
def keyed(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> RunningHost:
    return serve(build, write_keys(tmp_path_factory.mktemp("keys") / "secrets"))


@pytest.mark.parametrize("given", ["", "wrong", OWN, OTHER, HOST, SYSTEM, MASTER, "Ciphertext"])
@pytest.mark.parametrize(
    ("function", "opening"),
    [
        ("Anonymous", None),
        ("Mixed", None),
        ("Zero", None),
        ("Own", {OWN, HOST, MASTER}),
        ("Other", {OTHER, HOST, MASTER}),
        ("Two", {HOST, MASTER}),
        ("Unset", {HOST, MASTER}),
        ("System", {SYSTEM, MASTER}),
        ("User", {MASTER}),
        ("Managed", {MASTER}),
        ("Four", {MASTER}),
    ],
)
def test_a_key_opens_the_functions_of_its_level(
    keyed: RunningHost, function: str, opening: set[str] | None, given: str
) -> None:
    answer = keyed.get(f"/api/{function}", [("x-functions-key", given)] if given else [])

    assert answer.status == (200 if opening is None or given in opening else 401)
    assert answer.body == (b"ok" if answer.status == 200 else b"")
    assert answer.all("WWW-Authenticate") == []


@pytest.mark.parametrize(
    ("target", "headers", "status"),
    [
        ("/api/Own?code=OwnKey/1", [], 200),
        ("/api/Own?CODE=OwnKey%2F1", [], 200),
        ("/api/Own?code=%4fwnKey/1", [], 200),
        ("/api/Own?code=OWNKEY/1", [], 200),
        ("/api/Own?code=", [], 401),
        ("/api/Own?code=wrong&code=OwnKey/1", [], 401),
        ("/api/Own?code=OwnKey/1&code=wrong", [], 200),
        ("/api/Own?code=OwnKey/1", [("x-functions-key", "wrong")], 401),
        ("/api/Own?code=OwnKey/1", [("x-functions-key", "")], 401),
        ("/api/Own?code=wrong", [("x-functions-key", OWN)], 200),
        ("/api/Own", [("x-functions-key", "ownkey/1")], 200),
        ("/api/Own", [("X-FUNCTIONS-KEY", f"  {OWN}  ")], 200),
        ("/api/Own", [("x-functions-key", OWN), ("x-functions-key", "wrong")], 200),
        ("/api/Own", [("x-functions-key", "wrong"), ("x-functions-key", OWN)], 401),
        ("/api/Own", [("x-functions-key", f"{OWN},{OWN}")], 401),
        ("/api/Own", [("Authorization", f"Bearer {OWN}")], 401),
        ("/api/Own", [("Cookie", f"code={OWN}")], 401),
        ("/api/Anonymous?code=wrong", [], 200),
        ("/api/Posted", [], 404),
        ("/api/Posted", [("x-functions-key", "wrong")], 404),
        ("/api/Nothing", [], 404),
        ("/api/Misspelt", [("x-functions-key", MASTER)], 404),
        ("/admin/host/status", [("x-functions-key", HOST)], 403),
        ("/admin/host/status", [("x-functions-key", SYSTEM)], 403),
        ("/admin/host/status", [("x-functions-key", OWN)], 401),
        ("/admin/host/status", [("x-functions-key", MASTER)], 200),
        ("/admin/host/status?code=Mast3rKey==", [], 200),
    ],
)
def test_where_a_key_may_be(
    keyed: RunningHost, target: str, headers: list[tuple[str, str]], status: int
) -> None:
    assert keyed.get(target, headers).status == status


def test_a_key_in_a_form_is_none(keyed: RunningHost) -> None:
    form = [("Content-Type", "application/x-www-form-urlencoded")]

    assert keyed.ask("POST", "/api/Posted", form, f"code={HOST}".encode()).status == 401


def test_key_lists_are_for_the_master_key(keyed: RunningHost) -> None:
    master = [("x-functions-key", MASTER)]

    for path, name, value in (
        ("/admin/host/keys", "default", HOST),
        ("/admin/host/systemkeys", "hooks", SYSTEM),
        ("/admin/functions/own/keys", "default", OWN),
    ):
        assert keyed.get(path, master).json()["keys"] == [{"name": name, "value": value}]
        assert keyed.get(path, [("x-functions-key", HOST)]).status == 403


def test_no_key_works_without_the_folder_of_the_keys(run_host: RunHost, app: AppFolder) -> None:
    build(app)
    with run_host(app.root, {"AzureWebJobsSecretStorageType": "files"}) as host:
        local = [("x-functions-key", "local")]

        assert host.get("/api/Own", local).status == 401
        assert host.get("/api/Anonymous", local).status == 200
        assert host.get("/admin/host/status", local).status == 401
