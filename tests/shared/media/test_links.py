"""Links: signatures, scope, and expiration."""

import asyncio
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.clock import SystemClock
from shared.config.credentials import AppSettings, Credentials
from shared.config.settings import Secret
from shared.errors import ConfigurationError, ForbiddenLinkError
from shared.http.inputs import Inputs
from shared.media.links import Link, require_link, require_strong
from shared.recordings.sound import WantedRecording
from tests.conftest import FakeVault

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SID, OTHER = "RE" + "a" * 32, "RE" + "b" * 32
KEY, OTHER_KEY = "0123456789" * 4, "abcdefghij" * 4
WEEK = timedelta(days=7)


def link() -> dict[str, str]:
    query = Link.lasting(WantedRecording(SID), NOW, WEEK).query(KEY)
    return {name: values[0] for name, values in parse_qs(query).items()}


def open_with(
    inputs: dict[str, str],
    *,
    sound_format: str = "mp3",
    now: datetime = NOW,
    secrets: dict[Secret, str] | None = None,
) -> None:
    known = {Secret.LINK_SIGNING_KEY: KEY} if secrets is None else secrets
    credentials = Credentials(AppSettings(known), SystemClock())
    values = {name: [value] for name, value in inputs.items()}
    asyncio.run(
        require_link(
            Inputs(values, is_encoded=True),
            WantedRecording(inputs["sid"], sound_format),
            credentials,
            now,
        )
    )


def refusal(inputs: dict[str, str], **options: object) -> str:
    with pytest.raises(ForbiddenLinkError) as caught:
        open_with(inputs, **options)  # pyright: ignore[reportArgumentType] - passed through
    return caught.value.detail


def test_a_link_opens_its_recording_until_it_expires() -> None:
    open_with(link())
    open_with(link(), now=NOW + WEEK - timedelta(seconds=1))

    assert refusal(link(), now=NOW + WEEK) == "The link has expired."


@pytest.mark.parametrize(
    "change", [{"sid": OTHER}, {"expires": "1795953601"}, {"signature": "0" * 64}]
)
def test_a_changed_link_opens_nothing(change: dict[str, str]) -> None:
    assert "was changed" in refusal(link() | change)


def test_a_link_opens_one_format() -> None:
    assert "was changed" in refusal(link(), sound_format="wav")


@pytest.mark.parametrize(
    "change", [{"expires": ""}, {"expires": "soon"}, {"signature": ""}, {"signature": "A" * 64}]
)
def test_an_incomplete_link_opens_nothing(change: dict[str, str]) -> None:
    assert refusal(link() | change) == "The link is incomplete. Copy all of it."


@pytest.mark.parametrize("name", ["expires", "signature"])
def test_a_link_with_a_missing_part_opens_nothing(name: str) -> None:
    rest = {key: value for key, value in link().items() if key != name}

    assert refusal(rest) == "The link is incomplete. Copy all of it."


def test_a_forged_expired_link_is_reported_as_forged() -> None:
    assert "was changed" in refusal(link() | {"signature": "0" * 64}, now=NOW + 2 * WEEK)


def test_without_a_key_a_link_cannot_be_checked() -> None:
    with pytest.raises(ConfigurationError, match="LinkSigningKey"):
        open_with(link(), secrets={})


@pytest.mark.parametrize("key", [None, ""])
def test_without_a_key_links_cannot_be_created(key: str | None) -> None:
    with pytest.raises(ConfigurationError, match="LinkSigningKey is missing"):
        require_strong(key)


@pytest.mark.parametrize("key", [KEY[:31], "k"])
def test_a_weak_key_opens_nothing(key: str) -> None:
    query = parse_qs(Link.lasting(WantedRecording(SID), NOW, WEEK).query(key))
    signed = {name: values[0] for name, values in query.items()}

    with pytest.raises(ConfigurationError, match="LinkSigningKey is shorter than 32 characters"):
        open_with(signed, secrets={Secret.LINK_SIGNING_KEY: key})


def test_a_key_of_32_characters_is_long_enough() -> None:
    query = parse_qs(Link.lasting(WantedRecording(SID), NOW, WEEK).query(KEY[:32]))
    signed = {name: values[0] for name, values in query.items()}

    open_with(signed, secrets={Secret.LINK_SIGNING_KEY: KEY[:32]})


def test_a_link_can_be_created_with_a_key_of_32_characters() -> None:
    assert require_strong(KEY[:32]) == KEY[:32]


def test_a_valid_link_reads_only_the_primary_key() -> None:
    vault = FakeVault({Secret.LINK_SIGNING_KEY: KEY})
    values = Inputs({name: [value] for name, value in link().items()}, is_encoded=True)

    asyncio.run(require_link(values, WantedRecording(SID), Credentials(vault, SystemClock()), NOW))

    assert vault.reads == [Secret.LINK_SIGNING_KEY]


@pytest.mark.parametrize("old", ["weak", "9" * 40])
def test_a_new_key_in_the_vault_works_immediately(old: str) -> None:
    known = {Secret.LINK_SIGNING_KEY: old}
    credentials = Credentials(AppSettings(known), SystemClock())
    values = Inputs({name: [value] for name, value in link().items()}, is_encoded=True)

    async def main() -> None:
        await credentials.get(Secret.LINK_SIGNING_KEY)
        known[Secret.LINK_SIGNING_KEY] = KEY
        await require_link(values, WantedRecording(SID), credentials, NOW)

    asyncio.run(main())


@pytest.mark.parametrize("key", [KEY, OTHER_KEY])
def test_links_signed_with_the_secondary_key_work_too(key: str) -> None:
    known = {Secret.LINK_SIGNING_KEY: OTHER_KEY, Secret.LINK_SIGNING_KEY_SECONDARY: KEY}
    signed = Link.lasting(WantedRecording(SID), NOW, WEEK).query(key)

    open_with({name: values[0] for name, values in parse_qs(signed).items()}, secrets=known)


def test_a_link_signed_with_neither_key_opens_nothing() -> None:
    known = {Secret.LINK_SIGNING_KEY: "8" * 40, Secret.LINK_SIGNING_KEY_SECONDARY: "9" * 40}

    assert "was changed" in refusal(link(), secrets=known)


@pytest.mark.parametrize("primary", [KEY[:31], OTHER_KEY])
def test_a_weak_secondary_key_opens_nothing(primary: str) -> None:
    known = {Secret.LINK_SIGNING_KEY: primary, Secret.LINK_SIGNING_KEY_SECONDARY: KEY[:31]}
    signed = Link.lasting(WantedRecording(SID), NOW, WEEK).query(KEY[:31])
    inputs = {name: values[0] for name, values in parse_qs(signed).items()}

    with pytest.raises((ForbiddenLinkError, ConfigurationError)):
        open_with(inputs, secrets=known)


def test_after_a_rotation_the_secondary_key_works_immediately() -> None:
    known = {Secret.LINK_SIGNING_KEY: OTHER_KEY}
    credentials = Credentials(AppSettings(known), SystemClock())
    values = Inputs({name: [value] for name, value in link().items()}, is_encoded=True)

    async def main() -> None:
        assert await credentials.find(Secret.LINK_SIGNING_KEY_SECONDARY) is None
        known[Secret.LINK_SIGNING_KEY_SECONDARY] = KEY
        await require_link(values, WantedRecording(SID), credentials, NOW)

    asyncio.run(main())


@given(st.text(alphabet="0123456789abcdefABCDEF-+. \n", max_size=70), st.text(max_size=14))
def test_a_guessed_signature_opens_nothing(signature: str, expires: str) -> None:
    refusal({"sid": SID, "expires": expires.replace("\0", ""), "signature": signature})
