"""Error responses of the real services, in the form their SDKs parse."""

from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from uuid import uuid4

from aiohttp import web

from deskphone.faults.injection import retry_after
from local_stack.azure.identity import VAULTS, challenge

VAULT_ERRORS: Mapping[int, tuple[str, str]] = {
    401: ("Unauthorized", "The bearer token is missing, invalid or expired."),
    403: ("Forbidden", "The caller is not authorized to read secrets of this vault."),
    404: ("SecretNotFound", "A secret with this name was not found in this key vault."),
    429: ("Throttled", "Request was not processed because too many requests were received."),
    500: ("InternalServerError", "The vault met an unexpected error."),
    503: ("ServiceUnavailable", "The vault is not available at the moment."),
}
"""Key Vault's codes and sentences (learn.microsoft.com/rest/api/keyvault, "Key Vault Error")."""


def of_vault(status: int, retry_after_s: float) -> web.Response:
    """Return an error of Key Vault."""
    code, message = VAULT_ERRORS[status]
    headers = retry_after(status, retry_after_s)
    if status == HTTPStatus.UNAUTHORIZED:
        headers |= challenge(VAULTS)
    body = {"error": {"code": code, "message": message}}
    return web.json_response(body, status=status, headers=headers)


def of_identity(status: int, retry_after_s: float) -> web.Response:
    """Return an error of App Service's endpoint for managed identities."""
    body = {"statusCode": status, "message": HTTPStatus(status).phrase}
    return web.json_response(body, status=status, headers=retry_after(status, retry_after_s))


def of_storage(status: int, _: float) -> web.Response:
    """Return the error of a busy Table service (learn.microsoft.com/rest/api/storageservices)."""
    request = str(uuid4())
    text = f"The server is busy.\nRequestId:{request}\nTime:{datetime.now(UTC).isoformat()}"
    message = {"lang": "en-US", "value": text}
    body = {"odata.error": {"code": "ServerBusy", "message": message}}
    return web.json_response(body, status=status, headers={"x-ms-request-id": request})
