"""Check the rotation of secrets (docs/operate/running.md#change-a-secret)."""

from collections.abc import Mapping

from commands.doctor.examination import Examination
from commands.doctor.findings import Finding, ok, warning
from commands.doctor.items.secrets import explained, read
from shared.config.settings import Secret
from shared.errors import VaultError
from shared.media.links import MIN_KEY_CHARS

# Each primary secret with its secondary.
FOLLOWERS: Mapping[Secret, Secret] = {
    Secret.AUTH_TOKEN: Secret.AUTH_TOKEN_SECONDARY,
    Secret.API_KEY_SID: Secret.API_KEY_SID_SECONDARY,
    Secret.API_KEY_SECRET: Secret.API_KEY_SECRET_SECONDARY,
    Secret.WEBHOOK_KEY: Secret.WEBHOOK_KEY_SECONDARY,
}
KEY_PAIR = (Secret.API_KEY_SID_SECONDARY, Secret.API_KEY_SECRET_SECONDARY)
# The credentials for Twilio; both parts of an API key belong together.
CREDENTIALS = ((Secret.AUTH_TOKEN,), (Secret.API_KEY_SID, Secret.API_KEY_SECRET))


async def check_rotation(examination: Examination) -> Finding:
    """Check whether a rotation is in progress, and whether the secondary secrets are usable."""
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
    """Judge the values of the secrets; a missing secret is ""."""
    if len({bool(found[secret]) for secret in KEY_PAIR}) > 1:
        return warning(
            f"{' or '.join(KEY_PAIR)} is missing, so neither is used", "store both or neither"
        )
    if 0 < len(found[Secret.LINK_SIGNING_KEY_SECONDARY]) < MIN_KEY_CHARS:
        return warning(
            f"{Secret.LINK_SIGNING_KEY_SECONDARY} has fewer than {MIN_KEY_CHARS} characters, so "
            "links made with it don't work",
            "copy a valid key with dev.py secrets --copy (docs/operate/running.md#change-a-secret)",
        )
    changing = [
        second for first, second in FOLLOWERS.items() if found[second] not in ("", found[first])
    ]
    if changing:
        return warning(
            f"in progress; different from the primary: {', '.join(changing)}",
            "continue with the next step of docs/operate/running.md#change-a-secret",
        )
    return ok("no rotation in progress")
