"""Check the secrets, in the vault or, without a vault, in the settings."""

import asyncio
import re
from collections.abc import Mapping
from http import HTTPStatus

from commands.doctor.examination import Examination
from commands.doctor.findings import Finding, ok, warning, wrong
from shared.config.credentials import SecretSource
from shared.config.settings import Secret, Settings
from shared.errors import ConfigurationError, VaultError
from shared.media.links import require_strong

LIMIT_S = 10.0
# The format of each secret (twilio.com/docs/glossary/what-is-a-sid). API key secrets have no
# documented format.
FORMS: Mapping[Secret, str] = {
    Secret.ACCOUNT_SID: "AC[0-9a-fA-F]{32}",
    Secret.AUTH_TOKEN: "[0-9a-f]{32}",
    Secret.AUTH_TOKEN_SECONDARY: "[0-9a-f]{32}",
    Secret.API_KEY_SID: "SK[0-9a-fA-F]{32}",
}
OPTIONAL = (Secret.LINK_SIGNING_KEY, Secret.AUTH_TOKEN_SECONDARY)
ROLE = (
    "give that identity the Key Vault Secrets User role on the vault (az role assignment create); "
    "a new role takes a few minutes to take effect"
)


async def check_secrets(examination: Examination) -> Finding:
    """Check that every required secret can be read, the way the app reads it."""
    settings = examination.settings
    needed = needed_by(settings)
    missing: list[Secret] = []
    try:
        for secret in needed:
            value = await read(examination.secret_source, secret)
            if value:
                examination.secrets[secret] = value
            else:
                missing.append(secret)
    except VaultError as error:
        return wrong(*explained(error, examination.settings))
    if missing:
        names = [secret if settings.key_vault_url else secret.setting for secret in missing]
        return wrong(f"missing: {', '.join(names)}", _how_to_add(settings))
    malformed = ill_formed(examination.secrets)
    if malformed:
        return wrong(
            f"malformed: {', '.join(malformed)}",
            "copy it again from the home page of Twilio's console; check that no two are swapped",
        )
    place = "the vault" if settings.key_vault_url else "the settings"
    return ok(f"{', '.join(needed)} can be read from {place}")


def needed_by(settings: Settings) -> tuple[Secret, ...]:
    """Return the secrets for requests to Twilio, and the token that verifies its webhooks."""
    return tuple(dict.fromkeys((*settings.rest_secrets, Secret.AUTH_TOKEN)))


def ill_formed(secrets: Mapping[Secret, str]) -> list[str]:
    """Return the names of malformed secrets."""
    return [
        secret
        for secret, value in secrets.items()
        if secret in FORMS and not re.fullmatch(FORMS[secret], value)
    ]


async def check_optional_secrets(examination: Examination) -> Finding:
    """Check the optional secrets; some features need them."""
    there: list[str] = []
    try:
        for secret in OPTIONAL:
            value = await read(examination.secret_source, secret)
            if secret is Secret.LINK_SIGNING_KEY:
                require_strong(value)
            if value:
                there.append(secret)
    except VaultError as error:
        return warning(*explained(error, examination.settings))
    except ConfigurationError as error:
        return warning(
            f"{error.detail}; voicemail texts won't have a link",
            'store a long random text: python3 -c "import secrets; print(secrets.token_hex(32))"',
        )
    return ok(f"{', '.join(there)} can be read")


def explained(error: VaultError, settings: Settings) -> tuple[str, str]:
    """Return what is wrong with access to the vault, and how to fix it."""
    cause = error.__cause__
    status = getattr(cause, "status_code", None)
    if type(cause).__name__ == "CredentialUnavailableError" and settings.managed_identity:
        return "the managed identity returned no token", "its service is down; try again"
    if type(cause).__name__ == "CredentialUnavailableError":
        return "you aren't signed in to Azure", "run az login"
    if status == HTTPStatus.FORBIDDEN:
        return "this identity can't read secrets", ROLE
    if status == HTTPStatus.UNAUTHORIZED:
        return "the vault doesn't know this identity", "run az login in the vault's tenant"
    if status is not None and status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return f"the vault is down ({status})", "wait, and check status.azure.com"
    if type(cause).__name__ == "ServiceRequestError":
        return (
            f"can't connect to {settings.key_vault_url}",
            "check KEY_VAULT_URL, and that the vault's network accepts this machine",
        )
    return error.detail, "check KEY_VAULT_URL, then try again"


async def read(source: SecretSource, secret: Secret) -> str:
    """Return a secret, "" if it doesn't exist; raise VaultError if that is unknown."""
    try:
        async with asyncio.timeout(LIMIT_S):
            return ((await asyncio.to_thread(source.read, secret)) or "").strip()
    except TimeoutError as error:
        raise VaultError(f"the vault didn't respond within {LIMIT_S:g} seconds") from error


def _how_to_add(settings: Settings) -> str:
    if settings.key_vault_url:
        return f"python3 dev.py secrets --vault {settings.key_vault_url}"
    return "set it in local.settings.json; it is on the home page of Twilio's console"
