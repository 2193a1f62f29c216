"""The page about rejected signatures matches the log's explanations."""

import re
from pathlib import Path

from shared.clock import SystemClock
from shared.config.settings import HiddenText, Secret
from shared.webhooks.explanation import Explanations, Refused
from shared.webhooks.signatures import Algorithm, sign
from shared.webhooks.variants import SignedRequest, variants

PAGE = (Path(__file__).parents[2] / "docs" / "operate" / "signatures.md").read_text("utf-8")
DOCUMENTED = re.findall(r"^\| ((?:It|None) [^|]+?) \|", PAGE, re.MULTILINE)

REQUEST = SignedRequest(
    "https://App.example/phone",
    "/api/TwimlReply?Message=a+b&code=c",
    [("Body", "")],
    {"host": "inner.example", "x-original-url": "/x"},
)


def explanations() -> set[str]:
    """Return all explanations that the log can contain."""
    other_path = REQUEST._replace(path_and_query="/api/TwimlReply/?a")
    found = {variant.advice for request in (REQUEST, other_path) for variant in variants(request)}
    url = REQUEST.public_url + REQUEST.path_and_query
    for secret, signs in {
        Secret.API_KEY_SECRET: "other",
        Secret.WEBHOOK_KEY: "other",
        Secret.AUTH_TOKEN: "token ",
        Secret.LINK_SIGNING_KEY: "unknown",
    }.items():
        signature = sign(signs, url, REQUEST.form).decode()
        tried = [(Secret.AUTH_TOKEN, HiddenText("token"))]
        others = [(secret, HiddenText("other"))]
        refused = Refused(signature, Algorithm.HMAC_SHA1, REQUEST, tried, others)
        found.add(Explanations(SystemClock()).of(refused).partition("HMAC_SHA1. ")[2])
    return found


def test_the_page_has_each_explanation_and_no_other() -> None:
    possible = explanations()

    assert [text for text in possible if not text.startswith(tuple(DOCUMENTED))] == []
    assert [
        documented
        for documented in DOCUMENTED
        if not any(t.startswith(documented) for t in possible)
    ] == []
