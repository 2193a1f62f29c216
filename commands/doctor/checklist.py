"""The doctor's checks, from cheap to expensive, and their dependencies."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import NamedTuple

from commands.doctor import browser_calls
from commands.doctor.azure import NoAnswerError
from commands.doctor.examination import Examination
from commands.doctor.findings import Finding, Result, skipped, wrong
from commands.doctor.items import (
    account,
    app,
    azure,
    deployment,
    machine,
    number,
    rotation,
    secrets,
    sending,
    settings,
    storage,
)
from commands.doctor.web import UnreachableError
from shared.errors import AppError

# Each request has its own, shorter timeout; a check makes several.
ITEM_LIMIT_S = 25.0

Check = Callable[[Examination], Awaitable[Finding]]


class Item(NamedTuple):
    """One check; `needs` names the checks that must pass first."""

    name: str
    check: Check
    needs: tuple[str, ...] = ()


ITEMS: Sequence[Item] = (
    Item("python", machine.check_python),
    Item("versions", machine.check_versions),
    Item("packages", machine.check_packages),
    Item("settings", settings.check_settings),
    Item("setting names", settings.check_setting_names),
    Item("combinations", settings.check_combinations, ("settings",)),
    Item("public url", settings.check_public_url, ("settings",)),
    Item("ports", machine.check_ports, ("packages",)),
    Item("local stack", settings.check_local_stack, ("settings", "packages")),
    Item("secrets", secrets.check_secrets, ("combinations", "local stack")),
    Item("optional secrets", secrets.check_optional_secrets, ("secrets",)),
    Item("rotation", rotation.check_rotation, ("secrets",)),
    Item("app", app.check_app, ("settings", "packages")),
    Item("clock", machine.check_clock, ("settings", "packages")),
    Item("signature", app.check_signature, ("app", "secrets")),
    Item("function keys", app.check_function_keys, ("app",)),
    Item("ledger", app.check_ledger, ("app", "function keys")),
    Item("storage", storage.check_storage, ("combinations", "local stack")),
    Item("sending", sending.check_sending, ("settings", "local stack")),
    Item("account", account.check_account, ("secrets",)),
    Item("api key", account.check_api_key, ("secrets",)),
    Item("trial", account.check_trial, ("account",)),
    Item("number", number.check_number, ("account",)),
    Item("calls", number.check_calls, ("number",)),
    Item("texts", number.check_texts, ("number",)),
    Item("fallback", number.check_fallback, ("number",)),
    Item("messaging service", number.check_messaging_service, ("account",)),
    Item("token key", browser_calls.check_token_key, ("account",)),
    Item("twiml app", browser_calls.check_twiml_app, ("account",)),
)
# Only for a deployment.
DEPLOYMENT_ITEMS: Sequence[Item] = (
    Item("package", deployment.check_package, ("app",)),
    Item("key levels", deployment.check_key_levels, ("function keys",)),
    Item("azure", azure.check_azure, ("packages",)),
    Item("app settings", azure.check_app_settings, ("azure",)),
    Item("references", azure.check_references, ("azure",)),
    Item("updates", azure.check_updates, ("azure",)),
    Item("log cap", azure.check_log_cap, ("azure",)),
)


async def examine(
    examination: Examination, items: Sequence[Item] | None = None
) -> AsyncIterator[Result]:
    """Run the checks one by one; a failure doesn't stop the next ones.

    `items` defaults to the checks for the place where the app runs.
    """
    if items is None:
        items = (*ITEMS, *(DEPLOYMENT_ITEMS if examination.is_deployment else ()))
    blocked: set[str] = set()
    for item in items:
        missing = next((need for need in item.needs if need in blocked), None)
        if missing is not None:
            finding = skipped(f"depends on: {missing}")
        else:
            finding = await _found(item, examination)
        if finding.blocks:
            blocked.add(item.name)
        yield Result(item.name, finding)


async def _found(item: Item, examination: Examination) -> Finding:
    try:
        async with asyncio.timeout(ITEM_LIMIT_S):
            return await item.check(examination)
    except NoAnswerError as error:
        return skipped(error.text, error.cure)
    except UnreachableError as error:
        return wrong(f"no response: {error}", "try again")
    except AppError as error:
        return wrong(error.detail, "fix the reported problem")
    except TimeoutError:
        return wrong(f"timed out after {ITEM_LIMIT_S:g} seconds", "try again")
    except Exception as error:  # noqa: BLE001 - one failed check must not stop the others
        # Leave out the message: it may quote a secret.
        return wrong(f"the check itself failed ({type(error).__name__})", "report it as a bug")
