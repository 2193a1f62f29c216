"""Items of the secrets: in the vault, or in the settings where there is none."""

import asyncio
import re
from collections.abc import Mapping
from http import HTTPStatus

from commands.doctor.examination import Examination
from commands.doctor.findings import Finding, ok, warning, wrong
from shared.config.credentials import SecretSource
from shared.config.settings import Secret, Settings
from shared.errors import ConfigurationError, VaultError
from shared.recordings.links import require_strong

LIMIT_S = 10.0
# What each secret looks like (twilio.com/docs/glossary/what-is-a-sid). The secret of an API key
# has no published form.
FORMS: Mapping[Secret, str] = {
    Secret.ACCOUNT_SID: "AC[0-9a-fA-F]{32}",
    Secret.AUTH_TOKEN: "[0-9a-f]{32}",
    Secret.AUTH_TOKEN_SECONDARY: "[0-9a-f]{32}",
    Secret.API_KEY_SID: "SK[0-9a-fA-F]{32}",
}
OPTIONAL = (Secret.LINK_SIGNING_KEY, Secret.AUTH_TOKEN_SECONDARY)
ROLE = (
    "give that identity the role Key Vault Secrets User on the vault (az role assignment create); "
    "a new role takes some minutes to count"
)


async def check_secrets(examination: Examination) -> Finding:
    """Whether each secret that is needed can be read, by the way in which the app reads it."""
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
            f"not what it should be: {', '.join(malformed)}",
            "copy it again from the first page of Twilio's console; are two of them swapped?",
        )
    place = "the vault" if settings.key_vault_url else "the settings"
    return ok(f"{', '.join(needed)} can be read from {place}")


def needed_by(settings: Settings) -> tuple[Secret, ...]:
    """What requests to Twilio need, and the token that proves the requests of Twilio."""
    return tuple(dict.fromkeys((*settings.rest_secrets, Secret.AUTH_TOKEN)))


def ill_formed(secrets: Mapping[Secret, str]) -> list[str]:
    """The names of the secrets that do not look like what they should be."""
    return [
        secret
        for secret, value in secrets.items()
        if secret in FORMS and not re.fullmatch(FORMS[secret], value)
    ]


async def check_optional_secrets(examination: Examination) -> Finding:
    """The secrets that one can do without; what is missing in them costs something."""
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
            f"{error.detail}; texts about voicemails have no link",
            'store a long random text: python3 -c "import secrets; print(secrets.token_hex(32))"',
        )
    return ok(f"{', '.join(there)} can be read")


def explained(error: VaultError, settings: Settings) -> tuple[str, str]:
    """What is wrong between us and the vault, and what to do."""
    cause = error.__cause__
    status = getattr(cause, "status_code", None)
    if type(cause).__name__ == "CredentialUnavailableError" and settings.managed_identity:
        return "the identity gives no token", "try again: its service is down"
    if type(cause).__name__ == "CredentialUnavailableError":
        return "there is no identity to open the vault with", "run az login"
    if status == HTTPStatus.FORBIDDEN:
        return "this identity may not read secrets", ROLE
    if status == HTTPStatus.UNAUTHORIZED:
        return "the vault does not know this identity", "run az login in the vault's tenant"
    if status is not None and status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return f"the vault is down (it answered {status})", "wait, and look at status.azure.com"
    if type(cause).__name__ == "ServiceRequestError":
        return (
            f"{settings.key_vault_url} cannot be reached",
            "is KEY_VAULT_URL right, and does its network let you in?",
        )
    return error.detail, "is KEY_VAULT_URL right? Then try again"


async def read(source: SecretSource, secret: Secret) -> str:
    """A secret, "" for one that does not exist; VaultError when that cannot be found out."""
    try:
        async with asyncio.timeout(LIMIT_S):
            return ((await asyncio.to_thread(source.read, secret)) or "").strip()
    except TimeoutError as error:
        raise VaultError(f"the vault did not answer within {LIMIT_S:g} seconds") from error


def _how_to_add(settings: Settings) -> str:
    if settings.key_vault_url:
        return f"python3 dev.py secrets --vault {settings.key_vault_url}"
    return "set it in local.settings.json; Twilio's console shows it on its first page"
