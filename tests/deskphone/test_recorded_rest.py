"""Responses that Twilio really gave since 2020, repeated here; tests/recorded/rest.json has them.

SIDs, numbers, names, texts and URLs in them are replaced. Compared are the status, an error's
code and sentence, and the members of a resource with the forms of their values.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import aiohttp
import pytest

from deskphone.compare.exchanges import Login
from deskphone.compare.forms import NUMBER, SID, forms_of
from deskphone.compare.local import OWN, OWN_TEST, seeded
from deskphone.values import HANDSETS, LINE

FILE = Path(__file__).parents[1] / "recorded" / "rest.json"
TEXTS = frozenset({"word", "text", "digits"})
# Depend on the account, the direction of a call, or the number that was replaced. Only their
# presence is compared.
OF_THE_ACCOUNT = re.compile(
    r"(.*\.)?(address_sid|caller_name|trunk_sid|phone_number_sid|from|to|(from|to)_formatted|next_page_uri|"
    r"sms_url|voice_url|voice_fallback_url|status_callback)"
)
WRONG = Login(OWN.account, OWN.user, "wrong")
LOGINS = {"own": OWN.headers, "test": OWN_TEST.headers, "none": {}, "wrong": WRONG.headers}
OLDER_CALL = [
    "no subresource_uris.feedback",
    "no subresource_uris.feedback_summaries",
]
# How a response differs from the recorded one, and why.
EXCEPTIONS: dict[str, tuple[str, list[str]]] = {
    "2020 POST Messages.json 21602": (
        "Twilio gives 21619 since 2022.",
        [
            "code 21619",
            "message 'A text message body or media urls must be specified.'",
        ],
    ),
    "2022 POST Calls.json 201": (
        "A call has other subresources since 2023.",
        [
            *OLDER_CALL,
            "extra subresource_uris.streams",
            "extra subresource_uris.transcriptions",
            "extra subresource_uris.user_defined_message_subscriptions",
            "extra subresource_uris.user_defined_messages",
        ],
    ),
    "2023 POST Calls.json 201": (
        "A call has other subresources since then.",
        [*OLDER_CALL, "extra subresource_uris.transcriptions"],
    ),
    "2022 GET IncomingPhoneNumbers.json 200": (
        "Twilio's newer documents have these members.",
        [
            "extra incoming_phone_numbers[].type",
            "extra incoming_phone_numbers[].voice_receive_mode",
        ],
    ),
    "2022 POST Calls.json 21215": (
        "The log has only the beginning of the sentence.",
        [
            "message 'Account not authorized to call +15005550003. Perhaps you need to enable some "
            "international permissions: https://www.twilio.com/console/voice/calls/geo-permissions/"
            "low-risk'"
        ],
    ),
    "2026 POST Calls.json 13223": (
        "The log has the sentence, but not the code.",
        ["code 21217"],
    ),
    "2021 POST Messages.json 201_": ("WhatsApp isn't emulated.", ["status 501"]),
}


class Recorded(NamedTuple):
    """One recorded exchange; `path` and `form` have placeholders such as {handset}."""

    year: int
    method: str
    path: str
    form: list[list[str]]
    login: str
    status: int
    body: dict[str, Any]

    @property
    def name(self) -> str:
        code = self.body.get("code", self.status)
        channel = "_" if "whatsapp:" in str(self.form) else ""
        return f"{self.year} {self.method} {self.path.partition('?')[0]} {code}{channel}"


RECORDED = [Recorded(**row) for row in json.loads(FILE.read_text("utf-8"))]


def asked_again(recorded: list[Recorded]) -> list[tuple[int, dict[str, Any]]]:
    """Return this emulator's statuses and bodies for the same requests."""

    async def run() -> list[tuple[int, dict[str, Any]]]:
        async with aiohttp.ClientSession() as session, seeded(session) as url:
            accounts = f"{url}/2010-04-01/Accounts"
            calls = f"{accounts}/{OWN.account}/Calls.json?Status=completed"
            async with session.get(calls, headers=OWN.headers) as response:
                call = (await response.json())["calls"][0]["sid"]
            form = {"To": HANDSETS[0], "From": LINE, "Twiml": "<Response/>"}
            new_call = f"{accounts}/{OWN.account}/Calls.json"
            async with session.post(new_call, data=form, headers=OWN.headers) as response:
                ringing = (await response.json())["sid"]
            async with session.post(f"{url}/emulator/clock/advance", json={"seconds": 1}):
                known = {"handset": HANDSETS[0], "own": LINE, "finished_call": call}
                known["ringing_call"] = ringing

            def filled(text: str) -> str:
                return re.sub(r"\{(\w+)\}", lambda found: known[found[1]], text)

            answers: list[tuple[int, dict[str, Any]]] = []
            for one in recorded:
                account = OWN_TEST.account if one.login == "test" else OWN.account
                path = f"/2010-04-01/Accounts/{account}/{filled(one.path)}"
                if one.path.startswith("/"):
                    path = one.path
                if one.path == "..json":  # the account itself
                    path = f"/2010-04-01/Accounts/{account}.json"
                async with session.request(
                    one.method,
                    f"{url}{path}",
                    data=[(name, filled(value)) for name, value in one.form] or None,
                    headers=LOGINS[one.login],
                ) as response:
                    answers.append((response.status, await response.json()))
            return answers

    return asyncio.run(run())


def differences(one: Recorded, status: int, body: dict[str, Any]) -> Iterator[str]:
    """Yield what differs, as short as possible."""
    if status != one.status:
        yield f"status {status}"
        return
    if "code" in one.body:
        for name in ("code", "message"):
            if general(body.get(name)) != general(one.body[name]):
                yield f"{name} {body.get(name)!r}"
        return
    them, us = (plain(forms_of(content)) for content in (one.body, body))
    yield from (f"no {name}" for name in sorted(them.keys() - us))
    yield from (f"extra {name}" for name in sorted(us.keys() - them))
    for name in sorted(them.keys() & us):
        if not them[name] & us[name] and not OF_THE_ACCOUNT.fullmatch(name):
            yield f"{name}: {', '.join(us[name])} instead of {', '.join(them[name])}"


def general(value: object) -> object:
    """Return a sentence without the SIDs, numbers and URLs in it."""
    if not isinstance(value, str):
        return value
    value = re.sub(r"/2010-04-01/\S+", "/…", value)
    return re.sub(r"\+?[0-9]+X*|…+", "…", NUMBER.sub("…", SID.sub("…", value)))


def plain(forms: dict[str, set[str]]) -> dict[str, set[str]]:
    """Return the forms without telling one kind of words from another."""
    return {name: {"text" if one in TEXTS else one for one in forms[name]} for name in forms}


@pytest.fixture(scope="module")
def answers() -> list[tuple[int, dict[str, Any]]]:
    return asked_again(RECORDED)


@pytest.mark.parametrize("number", range(len(RECORDED)), ids=[one.name for one in RECORDED])
def test_a_recorded_response_is_given(
    answers: list[tuple[int, dict[str, Any]]], number: int
) -> None:
    one = RECORDED[number]
    _, expected = EXCEPTIONS.get(one.name, ("", []))

    assert list(differences(one, *answers[number])) == expected
