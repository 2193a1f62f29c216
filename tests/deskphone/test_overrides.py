"""Connection overrides: the part after # in a webhook's URL."""

import pytest

from deskphone.webhooks.overrides import Connection, Trouble, connection_of
from deskphone.webhooks.webhook import WebhookError

URL = "https://example.com/sms#"


def test_failed_connection_is_retried_once_by_default() -> None:
    assert connection_of("https://example.com/sms") == Connection()
    assert (Connection().rc, Connection().rp) == (1, {"ct"})


def test_all_settings_are_read() -> None:
    connection = connection_of(URL + "ct=100&rt=15000&tt=900&rc=5&rp=4xx,rt&sni=n&e=dublin,tokyo")

    assert connection == Connection(100, 15000, 900, 5, frozenset({"4xx", "rt"}), own_total=True)


@pytest.mark.parametrize(
    "fragment", ["ct=99", "ct=10001", "rt=x", "tt=15001", "rc=6", "rc=", "sni=maybe", "colour=red"]
)
def test_invalid_settings_are_ignored_by_name(fragment: str) -> None:
    name = fragment.partition("=")[0]

    assert connection_of(URL + fragment) == Connection(ignored=(name,))


@pytest.mark.parametrize(
    ("fragment", "code"),
    [
        ("e=", 11240),
        ("e=ash_burn", 11240),
        ("e=ashburn,atlantis", 11241),
        ("e=dublin-ix", 11242),
        ("rp=", 11243),
        ("rp=ct,3xx", 11243),
    ],
)
def test_invalid_edge_or_policy_has_its_code(fragment: str, code: int) -> None:
    with pytest.raises(WebhookError) as raised:
        connection_of(URL + fragment)

    assert raised.value.code == code


@pytest.mark.parametrize(
    ("policy", "trouble", "repeated"),
    [
        ("ct", "ct", True),
        ("ct", "rt", False),
        ("4xx", "5xx", False),
        ("all", "5xx", True),
        ("all", "broken", True),
        ("all", "partial", False),
    ],
)
def test_policy_decides_what_is_retried(policy: str, trouble: Trouble, repeated: bool) -> None:
    assert connection_of(f"{URL}rp={policy}").repeats(trouble) is repeated
