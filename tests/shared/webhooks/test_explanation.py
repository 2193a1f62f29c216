"""The log's explanation of a refused signature, for each common mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.config.settings import HiddenText, Secret
from shared.webhooks.explanation import (
    INTERVAL_S,
    MAX_EXPLANATIONS,
    UNKNOWN_CAUSE,
    Explanations,
    Refused,
)
from shared.webhooks.signatures import Algorithm, sign
from shared.webhooks.variants import SignedRequest

if TYPE_CHECKING:
    from tests.shared.conftest import ManualClock

TOKEN = "the-auth-token-itself"  # noqa: S105 - only for tests
OTHER = "a-secret-that-does-not-count"
PUBLIC = "https://app.example"
PATH = "/api/TwimlReply?Message=a%20private%20text&code=key%3D"
FORM = [("Body", " Hello "), ("From", "+12025550123"), ("FromCity", ""), ("A", "2"), ("A", "1")]


def refused(
    signed: str,
    form: list[tuple[str, str]] = FORM,
    *,
    secret: str = TOKEN,
    public_url: str = PUBLIC,
    path: str = PATH,
    headers: dict[str, str] | None = None,
    others: list[tuple[Secret, HiddenText]] | None = None,
    algorithm: Algorithm = Algorithm.HMAC_SHA1,
) -> Refused:
    """Return a request with FORM, whose signature is for another URL, form or secret."""
    return Refused(
        signature=sign(secret, signed, form, algorithm).decode(),
        algorithm=algorithm,
        request=SignedRequest(public_url, path, FORM, headers or {}),
        tried=[(Secret.AUTH_TOKEN, HiddenText(TOKEN))],
        others=others or [],
    )


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ({"signed": f"http://app.example{PATH}"}, "Set PUBLIC_URL to http://app.example."),
        (
            {"signed": f"https://app.example{PATH}", "public_url": "http://app.example"},
            "with https:// instead of http://. Set PUBLIC_URL to https://app.example.",
        ),
        (
            {"signed": f"http://app.example:80{PATH}"},
            "Set PUBLIC_URL to http://app.example.",
        ),
        (
            {"signed": f"{PUBLIC}{PATH}", "public_url": "https://App.Example"},
            "host name in lower case. Set PUBLIC_URL to https://app.example.",
        ),
        (
            {"signed": f"{PUBLIC}{PATH}", "public_url": f"{PUBLIC}/phone"},
            "without the path in PUBLIC_URL. Set PUBLIC_URL to https://app.example.",
        ),
        (
            {"signed": PUBLIC + PATH.replace("?", "/?")},
            "with a slash at the end of the path",
        ),
        (
            {"signed": PUBLIC + PATH, "path": PATH.replace("?", "/?")},
            "without the slash at the end of the path",
        ),
        ({"signed": f"{PUBLIC}/api/TwimlReply"}, "without the query"),
        (
            {"signed": f"{PUBLIC}/api/TwimlReply?Message=a%20private%20text"},
            "without the code parameter",
        ),
        (
            {"signed": f"{PUBLIC}/TwimlReply?{PATH.partition('?')[2]}"},
            "with a different path before the function name",
        ),
        (
            {
                "signed": f"{PUBLIC}/api/v2/TwimlReply",
                "headers": {"x-original-url": "/api/v2/TwimlReply"},
            },
            "with the path and query in the header x-original-url",
        ),
        ({"signed": PUBLIC + PATH.replace("%20", "+")}, "of the query (+ instead of %20)"),
        ({"signed": PUBLIC + PATH.replace("%3D", "=")}, "of the query (= instead of %3D)"),
        (
            {"signed": f"{PUBLIC}/api/X?a=b,%3B+%2B", "path": "/api/X?a=b%2C%3B+%2B"},
            "of the query (, instead of %2C): ",
        ),
        (
            {"signed": f"{PUBLIC}/api/X?a=b,/%20", "path": "/api/X?a=b%2C%2F+"},
            "of the query (, instead of %2C, / instead of %2F, %20 instead of +)",
        ),
        (
            {"signed": f"{PUBLIC}/api/X?a=private+b", "path": "/api/X?a=p%72ivate%20b"},
            "of the query (+ instead of %20): ",
        ),
        (
            {"signed": f"{PUBLIC}/api/X?c=3&a=1&d=4&b=2", "path": "/api/X?a=1&b=2&c=3&d=4"},
            "with the query's parameters in another order",
        ),
        (
            {"signed": f"{PUBLIC}/api/X?a=1&b=2&c=3&d=4&e=5", "path": "/api/X?e=5&d=4&c=3&b=2&a=1"},
            "with the query's parameters in another order",
        ),
        ({"signed": PUBLIC + PATH, "form": []}, "without the fields: only the URL was signed"),
        (
            {"signed": PUBLIC + PATH, "form": [pair for pair in FORM if pair[1]]},
            "without the empty fields",
        ),
        (
            {"signed": PUBLIC + PATH, "form": [(name, value.strip()) for name, value in FORM]},
            "without the spaces around values",
        ),
        ({"signed": PUBLIC + PATH, "form": [*dict(FORM).items()]}, "with the last of the fields"),
        ({"signed": PUBLIC + PATH, "form": FORM[:4]}, "with the first of the fields"),
        (
            {"signed": PUBLIC + PATH, "secret": f"{TOKEN}\n"},
            "with a space or a line break around the secret (TwilioAuthToken)",
        ),
        ({"signed": PUBLIC + PATH, "secret": "of another account"}, UNKNOWN_CAUSE),
        ({"signed": PUBLIC + PATH, "form": [*FORM, ("B", "")]}, UNKNOWN_CAUSE),
    ],
)
def test_the_first_matching_mistake_is_explained(
    clock: ManualClock, case: dict[str, Any], expected: str
) -> None:
    assert expected in Explanations(clock).of(refused(**case))


@pytest.mark.parametrize("header", ["host", "disguised-host", "x-forwarded-host"])
@pytest.mark.parametrize("scheme", ["https", "http"])
def test_a_host_name_is_shown_only_if_it_was_signed(
    clock: ManualClock, header: str, scheme: str
) -> None:
    headers = {header: "inner.example:8080"}
    signed = Explanations(clock).of(
        refused(f"{scheme}://inner.example:8080{PATH}", headers=headers)
    )
    other = Explanations(clock).of(refused(f"https://elsewhere.example{PATH}", headers=headers))

    assert f"header {header}. Set PUBLIC_URL to {scheme}://inner.example:8080" in signed
    assert "inner.example" not in other
    assert UNKNOWN_CAUSE in other


@pytest.mark.parametrize(
    ("secret", "expected"),
    [
        (Secret.API_KEY_SECRET, "never with an API key's secret"),
        (Secret.WEBHOOK_KEY, "X-Twilio-Webhooks-Signature-Settings header is missing"),
        (Secret.AUTH_TOKEN_SECONDARY, "says that a shared key signed it"),
    ],
)
def test_a_wrong_secret_is_named(clock: ManualClock, secret: Secret, expected: str) -> None:
    case = refused(PUBLIC + PATH, secret=OTHER, others=[(secret, HiddenText(OTHER))])
    explanation = Explanations(clock).of(case)

    assert f"It matches with {secret}" in explanation
    assert expected in explanation
    assert OTHER not in explanation + repr(case)


def test_what_was_checked_is_shown_by_name_only(clock: ManualClock) -> None:
    case = refused("https://elsewhere.example")
    explanation = Explanations(clock).of(case)

    assert explanation.startswith(
        "Checked (names only): URL https://app.example/api/TwimlReply, query Message, code, "
        "fields A, Body, From, FromCity, secrets TwilioAuthToken, algorithm HMAC_SHA1. "
    )
    assert TOKEN not in explanation + repr(case)
    assert case.signature not in explanation


@pytest.mark.parametrize(
    "name", ["12025550123", "a private text", "n" * 50, "Gruß", "x\ny", '{"Body":"private"}', ""]
)
def test_unusual_names_are_counted_and_not_shown(clock: ManualClock, name: str) -> None:
    case = refused("https://elsewhere.example", path=f"/api/{quote(name)}?{quote(name)}=1")
    strange = case._replace(request=case.request._replace(form=[(name, ""), ("Body", "")]))
    explanation = Explanations(clock).of(strange)

    assert "fields Body, 1 hidden" in explanation
    assert "query 1 hidden" in explanation
    assert not name or (name not in explanation and quote(name) not in explanation)


pieces = st.text() | st.text("/?&=%+'#;:.[]@\\\udcffA2 ")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pieces, st.lists(st.tuples(pieces, pieces)), pieces, pieces)
def test_any_request_can_be_explained_in_one_line(
    clock: ManualClock, path: str, form: list[tuple[str, str]], host: str, sent: str
) -> None:
    headers = {"host": host, "x-original-url": sent, "x-forwarded-host": sent}
    request = SignedRequest("https://app.example", path, form, headers)
    explanation = Explanations(clock).of(
        refused("https://elsewhere.example")._replace(request=request)
    )

    assert explanation.endswith(UNKNOWN_CAUSE)
    assert explanation.isascii()
    assert explanation.isprintable()


def test_a_shared_key_is_explained_with_its_algorithm(clock: ManualClock) -> None:
    case = refused(f"http://app.example{PATH}", algorithm=Algorithm.HMAC_SHA256)
    explanation = Explanations(clock).of(case)

    assert "algorithm HMAC_SHA256. It matches with http:// instead of https://" in explanation


def test_only_a_few_are_explained_each_minute(clock: ManualClock) -> None:
    explanations, case = Explanations(clock), refused("https://elsewhere.example")
    explained = [bool(explanations.of(case)) for _ in range(MAX_EXPLANATIONS + 3)]
    clock.advance(INTERVAL_S - 1)
    later = explanations.of(case)
    clock.advance(1)

    assert explained == [True] * MAX_EXPLANATIONS + [False] * 3
    assert not later
    assert explanations.of(case)
