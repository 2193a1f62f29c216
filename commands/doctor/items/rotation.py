"""Items of secrets that are being changed (docs/operate/running.md)."""

from collections.abc import Mapping

from commands.doctor.examination import Examination
from commands.doctor.findings import Finding, ok, warning
from commands.doctor.items.secrets import explained, read
from shared.config.settings import Secret
from shared.errors import VaultError
from shared.recordings.links import MIN_KEY_CHARS

# Each secret with the one that holds what comes after it.
FOLLOWERS: Mapping[Secret, Secret] = {
    Secret.AUTH_TOKEN: Secret.AUTH_TOKEN_SECONDARY,
    Secret.API_KEY_SID: Secret.API_KEY_SID_SECONDARY,
    Secret.API_KEY_SECRET: Secret.API_KEY_SECRET_SECONDARY,
    Secret.WEBHOOK_KEY: Secret.WEBHOOK_KEY_SECONDARY,
}
KEY_PAIR = (Secret.API_KEY_SID_SECONDARY, Secret.API_KEY_SECRET_SECONDARY)
# What one asks Twilio with; the parts of a key count together only.
CREDENTIALS = ((Secret.AUTH_TOKEN,), (Secret.API_KEY_SID, Secret.API_KEY_SECRET))


async def check_rotation(examination: Examination) -> Finding:
    """Whether a secret is being changed, and whether what is secondary to it can be used."""
    names = (*FOLLOWERS, *FOLLOWERS.values(), Secret.LINK_SIGNING_KEY_SECONDARY)
    source = examination.secret_source
    try:
        found = {secret: await read(source, secret) for secret in names}
    except VaultError as error:
        return warning(*explained(error, examination.settings))
    for secrets in CREDENTIALS:
        followers = [found[FOLLOWERS[secret]] for secret in secrets]
        if all(followers) and followers != [found[secret] for secret in secrets]:
            examination.next_values.update(zip(secrets, followers, strict=True))
    return judge_rotation(found)


def judge_rotation(found: Mapping[Secret, str]) -> Finding:
    """`found` has the values of the secrets, "" for one that does not exist."""
    if len({bool(found[secret]) for secret in KEY_PAIR}) > 1:
        return warning(
            f"{' or '.join(KEY_PAIR)} is missing, so neither is used", "store both, or neither"
        )
    if 0 < len(found[Secret.LINK_SIGNING_KEY_SECONDARY]) < MIN_KEY_CHARS:
        return warning(
            f"{Secret.LINK_SIGNING_KEY_SECONDARY} has fewer than {MIN_KEY_CHARS} characters, so "
            "links made with it do not work",
            "a key is copied with dev.py secrets --copy (docs/operate/running.md#change-a-secret)",
        )
    changing = [
        second for first, second in FOLLOWERS.items() if found[second] not in ("", found[first])
    ]
    if changing:
        return warning(
            f"under way: {', '.join(changing)} differs from what is in use",
            "finish the steps in docs/operate/running.md#change-a-secret",
        )
    return ok("no secret is being changed")
