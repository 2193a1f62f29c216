"""Inject faults into the Azure stand-ins, by the path of the request."""

from aiohttp import web

from deskphone.faults.faults import Faults
from deskphone.faults.injection import Effect, effect_of
from local_stack.azure import service_errors
from local_stack.azure.identity import VAULTS

OF_VAULT_ALONE = ("401", "403", "404")
"""The vault's other faults also affect its tokens."""


def inject_azure(faults: Faults, request: web.Request) -> Effect | None:
    """Inject a fault into a request to the storage, the vault, or the identity."""
    path = request.path
    if path.startswith("/storage/"):
        return effect_of(faults.pick("storage"), service_errors.of_storage)
    if path.startswith("/vault/"):
        return effect_of(faults.pick("vault"), service_errors.of_vault)
    if path.startswith("/identity/") and _is_for_vault(request):
        fault = faults.pick("vault", lambda fault: fault.kind not in OF_VAULT_ALONE)
        return effect_of(fault, service_errors.of_identity)
    return None


def _is_for_vault(request: web.Request) -> bool:
    return request.query.get("resource", "").rstrip("/") == VAULTS
