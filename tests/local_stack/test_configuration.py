"""Reading host.json."""

from pathlib import Path

import pytest

from local_stack.host.app.host_file import read_host_configuration
from local_stack.host.app.json_file import AppFileError


def prefix_of(root: Path, document: str) -> str:
    """Return the route prefix of a host.json."""
    (root / "host.json").write_text(document, "utf-8")
    return read_host_configuration(root, {}).route_prefix


@pytest.mark.parametrize(
    ("document", "prefix"),
    [
        ('{"version": "2.0"}', "api"),
        ('{"version": "2.0", "extensions": {}}', "api"),
        ('{"version": "2.0", "extensions": {"http": {}}}', "api"),
        ('{"version": "2.0", "extensions": {"http": {"routePrefix": ""}}}', ""),
        ('{"version": "2.0", "extensions": {"http": {"routePrefix": "v1/sms/"}}}', "v1/sms/"),
        ('{"version": "2.0", "extensions": {"http": {"routePrefix": 12}}}', "12"),
        ('{"version": "2.0", "extensions": {"http": {"routePrefix": null}}}', ""),
        ('{"version": "2.0", "extensions": 1}', "api"),
        ("{}", "api"),
        ('{"version": "2.0", /* "extensions": 3 */ "logging": {},} // the end', "api"),
    ],
)
def test_the_route_prefix_is_read(tmp_path: Path, document: str, prefix: str) -> None:
    assert prefix_of(tmp_path, document) == prefix


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ("{", "host.json is not valid JSON"),
        ("[" * 100_000, "host.json is not valid JSON"),
        ("[]", "expected a JSON object"),
        ('{"version": "1.0"}', '"version" must be "2.0"'),
        ('{"version": 2.0}', '"version" must be "2.0", in quotes'),
        ('{"version": "2.0", "functionTimeout": "abc"}', "functionTimeout"),
        ('{"version": "2.0", "functionTimeout": "-00:01:00"}', "at least one second"),
    ],
)
def test_an_invalid_file_is_explained(tmp_path: Path, document: str, reason: str) -> None:
    with pytest.raises(AppFileError, match=reason):
        prefix_of(tmp_path, document)


def test_a_missing_host_json_is_named(tmp_path: Path) -> None:
    with pytest.raises(AppFileError, match=r"host\.json is missing"):
        read_host_configuration(tmp_path, {})
