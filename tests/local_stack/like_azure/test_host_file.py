"""host.json, and its overrides in settings."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from local_stack.host.app.host_file import HostConfiguration, read_host_configuration
from local_stack.host.app.json_file import AppFileError
from tests.local_stack.like_azure.code import OK

if TYPE_CHECKING:
    from pathlib import Path

    from tests.local_stack.conftest import AppFolder, RunningHost
    from tests.local_stack.like_azure.conftest import Serve


def read(folder: Path, text: str, settings: dict[str, str] | None = None) -> HostConfiguration:
    (folder / "host.json").write_text(text, "utf-8")
    return read_host_configuration(folder, settings or {})


def with_http(**http: object) -> str:
    return json.dumps({"version": "2.0", "extensions": {"http": http}})


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("{}", "route_prefix", "api"),
        ('{"version": "2.0"}', "timeout_s", 1800.0),
        ('{"version": "2.0", "functionTimeout": null}', "timeout_s", 1800.0),
        ('{"version": "2.0", "functionTimeout": "00:00:07"}', "timeout_s", 7.0),
        ('{"version": "2.0", "functionTimeout": "1.00:00:00"}', "timeout_s", 86400.0),
        ('{"version": "2.0", "functionTimeout": "-1"}', "timeout_s", None),
        ('{"Version": "2.0", "version": "2.0", "FUNCTIONTIMEOUT": "00:01"}', "timeout_s", 60.0),
        ('{"version": "2.0", "functions": ["Shop", "CART"]}', "functions", {"shop", "cart"}),
        ('{"version": "2.0", "functions": []}', "functions", frozenset[str]()),
        ('{"version": "2.0", "functions": "Shop"}', "functions", None),
        ('{"version": "2.0", "nonsense": {"a": 1}}', "route_prefix", "api"),
        ('{"version": "2.0", "extensions": {"HTTP": {"RoutePrefix": "x"}}}', "route_prefix", "x"),
        (with_http(routePrefix=None), "route_prefix", ""),
        (with_http(routePrefix=31), "route_prefix", "31"),
        (with_http(maxOutstandingRequests=3), "max_outstanding", 3),
        (with_http(maxConcurrentRequests="4"), "max_concurrent", 4),
        (with_http(maxConcurrentRequests=-1), "max_concurrent", -1),
        (
            with_http(customHeaders={"X-Shop": "open", "X-N": 1}),
            "headers",
            {"X-Shop": "open", "X-N": "1"},
        ),
        (with_http(hsts={"isEnabled": True, "maxAge": "10"}), "hsts", "max-age=864000"),
        (
            with_http(hsts={"isEnabled": True, "includeSubDomains": True, "preload": True}),
            "hsts",
            "max-age=2592000; includeSubDomains; preload",
        ),
        (with_http(hsts={"isEnabled": False, "maxAge": "10"}), "hsts", ""),
        ('{"version": "2.0", // words, ]\n "logging": {/* } */},}', "route_prefix", "api"),
        ('\ufeff{"version": "2.0"}', "route_prefix", "api"),
    ],
    ids=range(23),
)
def test_host_json_sets_a_value(tmp_path: Path, text: str, field: str, value: object) -> None:
    assert getattr(read(tmp_path, text), field) == value


@pytest.mark.parametrize(
    ("name", "setting", "field", "value"),
    [
        ("AzureFunctionsJobHost__functionTimeout", "00:00:09", "timeout_s", 9.0),
        ("azurefunctionsjobhost__FUNCTIONTIMEOUT", "00:00:09", "timeout_s", 9.0),
        ("AzureFunctionsJobHost__extensions__http__routePrefix", "shop", "route_prefix", "shop"),
        ("AzureFunctionsJobHost__extensions__http__routePrefix", "", "route_prefix", ""),
        (
            "AzureFunctionsJobHost__extensions__http__maxOutstandingRequests",
            "5",
            "max_outstanding",
            5,
        ),
        ("AzureFunctionsJobHost__logging__level", "x", "route_prefix", "api"),
        ("AzureFunctionsJobHost_functionTimeout", "00:00:09", "timeout_s", 1800.0),
    ],
)
def test_a_setting_overrides_host_json(
    tmp_path: Path, name: str, setting: str, field: str, value: object
) -> None:
    assert getattr(read(tmp_path, '{"version": "2.0"}', {name: setting}), field) == value


@pytest.mark.parametrize(
    ("text", "azure"),
    [
        ('{"version": "3.0"}', "'3.0' is an invalid value for host.json 'version'"),
        ('{"version": 2.0}', "'2' is an invalid value for host.json 'version'"),
        ('{"version": "2.0", "functionTimeout": "soon"}', "not recognized as a valid TimeSpan"),
        ('{"version": "2.0", "functionTimeout": "00:00:00"}', "FunctionTimeout must be greater"),
        (with_http(maxConcurrentRequests="many"), "The input string 'many' was not in a correct"),
        (with_http(maxOutstandingRequests=2.5), "System.Int32"),
    ],
)
def test_a_value_that_stops_the_app_is_reported_in_azures_words(
    tmp_path: Path, text: str, azure: str
) -> None:
    with pytest.raises(AppFileError) as caught:
        read(tmp_path, text)

    assert azure in caught.value.azure


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"version": ',
        '{"version": "2.0"',
        '{"version": "2.0", "extensionBundle": {"id": "Microsoft.Bundle"}}',
        with_http(customHeaders={"X Shop": "open"}),
        with_http(customHeaders={"X-Shop": "a\nb"}),
        with_http(hsts={"isEnabled": True, "maxAge": "long"}),
    ],
)
def test_another_bad_host_json_stops_the_app(tmp_path: Path, text: str) -> None:
    with pytest.raises(AppFileError, match=r"host\.json"):
        read(tmp_path, text)


def build(app: AppFolder) -> None:
    document = {
        "version": "2.0",
        "functions": ["Shop", "Other"],
        "extensions": {
            "http": {
                "routePrefix": "of/{client}",
                "customHeaders": {"X-Shop": "open", "Server": "Mine"},
                "hsts": {"isEnabled": True, "maxAge": "2"},
            }
        },
    }
    app.write("host.json", json.dumps(document))
    for name in ("Shop", "Other", "Hidden"):
        app.add(name, OK)


@pytest.fixture(scope="module")
def configured(serve: Serve) -> RunningHost:
    return serve(build, {"WEBSITE_SKU": "FlexConsumption"})


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/of/anna/shop", 200),
        ("/OF/anna/OTHER", 200),
        ("/of/anna/Hidden", 404),
        ("/api/Shop", 404),
        ("/", 200),
        ("/admin/host/ping", 200),
        ("/nothing", 404),
    ],
)
def test_custom_headers_are_on_every_response(
    configured: RunningHost, target: str, status: int
) -> None:
    answer = configured.get(target)

    assert answer.status == status
    assert answer.all("X-Shop") == ["open"]
    assert answer.all("Server") == ["Mine"]


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([], []),
        ([("X-Forwarded-Proto", "http")], []),
        ([("X-Forwarded-Proto", "https")], []),  # not for localhost
        ([("X-Forwarded-Proto", "https"), ("Host", "shop.example")], ["max-age=172800"]),
    ],
)
def test_strict_transport_is_for_https_to_other_names(
    configured: RunningHost, headers: list[tuple[str, str]], expected: list[str]
) -> None:
    answer = configured.get("/of/anna/shop", headers)

    assert answer.all("Strict-Transport-Security") == expected
