"""The emulator's own HTTP interface: its versions, its OpenAPI document, and its pages."""

import hashlib
import json
import re
from pathlib import Path

import jsonschema
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

import deskphone
from deskphone.app import App
from deskphone.world.routes import world_routes
from tests.deskphone.http_interface import API, METHODS, operation, validate
from tests.deskphone.in_process import World, in_process

VENDOR = Path(deskphone.__file__).parent / "docs" / "static" / "vendor"
V1, ALIAS = "/emulator/v1", "/emulator"


def routes() -> dict[str, set[tuple[str, str]]]:
    """Return the methods and paths of the versioned routes, and of those without a version."""
    found: dict[str, set[tuple[str, str]]] = {V1: set(), ALIAS: set()}

    async def collect(world: World) -> None:
        for route in world_routes(world.emulator):
            version = V1 if route.path.startswith(f"{V1}/") else ALIAS
            found[version].add((route.method.lower(), route.path.removeprefix(version)))

    in_process(collect)
    return found


def test_document_is_valid_openapi() -> None:
    assert [*OpenAPIV31SpecValidator(API).iter_errors()] == []


def test_document_has_every_route_and_no_other() -> None:
    documented = {
        (method, path) for path, item in API["paths"].items() for method in METHODS & {*item}
    }

    assert API["servers"] == [{"url": V1}]
    assert documented == routes()[V1]


def test_every_route_has_an_alias_without_a_version() -> None:
    found = routes()

    assert found[ALIAS] == found[V1]


def test_document_names_the_package_version() -> None:
    assert API["info"]["version"] == deskphone.__version__


def test_document_is_served_in_both_versions() -> None:
    async def use(world: World) -> None:
        for version in (V1, ALIAS):
            async with world.http.get(f"{version}/openapi.json") as response:
                assert (response.status, await response.json()) == (200, API)

    in_process(use)


def test_checker_refuses_a_body_with_a_wrong_type() -> None:
    content = operation("POST", "calls/CA1/keys")["requestBody"]["content"]["application/json"]

    with pytest.raises(jsonschema.ValidationError):
        validate(content["schema"], {"digits": 1})


def test_vendored_files_are_unchanged() -> None:
    listed = dict(
        re.findall(r"sha256 of `(.+?)` \| `(\w{64})`", (VENDOR / "README.md").read_text("utf-8"))
    )
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.iterdir()
        if path.suffix in {".css", ".js"}
    }

    assert found == listed
    assert len(found) == 2


def test_pages_load_nothing_from_other_hosts() -> None:
    async def use(world: World) -> None:
        async with world.http.get("/docs") as response:
            policy = response.headers["Content-Security-Policy"]
            page = await response.text()
        sources = {source for part in policy.split("; ") for source in part.split(" ")[1:]}

        assert response.status == 200
        assert sources == {"'none'", "'self'", "'unsafe-inline'", "data:"}
        assert "script-src 'self';" in policy
        for address in re.findall(r'(?:src|href)="(.+?)"', page):
            async with world.http.get(address) as file:
                assert (address[0], file.status) == ("/", 200)

    in_process(use)


def test_app_page_is_missing_without_a_document() -> None:
    async def use(world: World) -> None:
        for path in ("/docs/app", "/docs/app/openapi"):
            async with world.http.get(path) as response:
                assert response.status == 404

    in_process(use)


def test_app_document_is_served_as_it_is_now(tmp_path: Path) -> None:
    document = tmp_path / "openapi.json"

    async def use(world: World) -> None:
        for title in ("Before", "After"):
            document.write_text(json.dumps({"openapi": "3.1.0", "info": {"title": title}}), "utf-8")
            async with world.http.get("/docs/app/openapi") as response:
                assert json.loads(await response.read())["info"]["title"] == title

    in_process(use, app=App(openapi=document))


def test_examples_follow_their_schemas() -> None:
    bodies = [
        operation["requestBody"]["content"]["application/json"]
        for item in API["paths"].values()
        for operation in item.values()
        if "requestBody" in operation
    ]

    for body in bodies:
        validate(body["schema"], body.get("example", {"digits": "1", "text": "Yes"}))
    assert len(bodies) > 10
