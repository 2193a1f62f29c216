"""Importing a function loads nothing heavy, reads no environment, and builds no clients."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FUNCTIONS = sorted(path.parent.name for path in ROOT.glob("*/function.json"))
MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for path in ROOT.glob("shared/**/*.py")
)

# The library's packages, whose __init__.py has only a docstring.
ROOMS = {"shared", *(f"shared.{path.parent.name}" for path in ROOT.glob("shared/*/__init__.py"))}

# twilio.http imports requests; access tokens import jwt and cryptography; phonenumbers takes 40 ms,
# and all functions load in one process.
HEAVY = {
    "aiohttp",
    "azure.core",
    "azure.data",
    "azure.identity",
    "azure.keyvault",
    "cryptography",
    "jwt",
    "opentelemetry",
    "phonenumbers",
    "requests",
    "twilio.http",
    "twilio.rest",
}
# What TwiML answers import in addition to azure.functions and the standard library.
ANSWER = {
    "shared.answers.redirection",
    "shared.answers.notes",
    "shared.clients",
    "shared.clock",
    "shared.config.credentials",
    "shared.endpoints",
    "shared.errors",
    "shared.http.form_encoding",
    "shared.http.line_limit",
    "shared.http.request_parts",
    "shared.config.guard_settings",
    "shared.config.local_stack",
    "shared.phone_numbers",
    "shared.http.urls",
    "shared.http.responses",
    "shared.config.kinds",
    "shared.config.tables",
    "shared.config.settings",
    "shared.webhooks.headers",
    "shared.webhooks.secrets",
    "shared.webhooks.signatures",
    "shared.webhooks.signed_texts",
    "shared.twilio_api.sign_in",
    "shared.webhooks.verifier",
    "twilio",
    "twilio.twiml",
}
REPORT = ANSWER - {"twilio", "twilio.twiml"} | {
    "shared.ledger.rows",
    "shared.delivery.report_log",
    "shared.delivery.reports",
    "shared.delivery.states",
    "shared.delivery.statuses",
}
VOICE, MESSAGING = "twilio.twiml.voice_response", "twilio.twiml.messaging_response"
# What each of the project's functions imports, exactly.
ADDED = {
    "TwimlHello": {"twilio", "twilio.twiml", "shared.answers.hello", VOICE},
    "TwimlMessage": ANSWER
    | {
        "shared.answers.message",
        "shared.answers.spoken",
        "shared.answers.parameters",
        "shared.answers.numbers",
    }
    | {"shared.xml_text", VOICE},
    "TwimlReply": ANSWER
    | {
        "shared.answers.reply",
        "shared.twilio_limits",
        "shared.webhooks.callers",
        "shared.webhooks.text_replies",
        "shared.answers.numbers",
        "shared.answers.parameters",
        "shared.segments",
        "shared.xml_text",
        MESSAGING,
    },
    "OnMessageStatus": REPORT,
    "OnCallStatus": REPORT,
    "GetHealth": ANSWER - {"twilio", "twilio.twiml"} | {"shared.health"},
    "SendSms": ANSWER - {"twilio", "twilio.twiml"}
    | {
        "shared.http.idempotency",
        "shared.http.inputs",
        "shared.http.json_body",
        "shared.twilio_limits",
        "shared.segments",
        "shared.sending.timing",
        "shared.sending.sent",
        "shared.sending.text",
        "shared.http.web_addresses",
    },
    "PlaceCall": ANSWER
    | {
        "shared.guard_errors",
        "shared.http.idempotency",
        "shared.http.inputs",
        "shared.http.json_body",
        "shared.http.web_addresses",
        "shared.sending.sent",
        "shared.sending.calls",
        "shared.guards.documents",
        "shared.segments",
        "shared.sending.call_options",
        "shared.answers.hello",
        "shared.xml_text",
        VOICE,
    },
}
# What a new function may import at most, by prefix, in addition to modules of `shared`.
TWIML = {"twilio", "twilio.twiml"}
MOST: dict[str, set[str]] = {
    "Send": set(),
    "Place": TWIML | {VOICE},
    "Cancel": set(),
    "Get": set(),
    "Twiml": TWIML | {VOICE, MESSAGING},
    "On": set(),
}


def modules_after(code: str, *folders: Path) -> set[str]:
    """Return the modules loaded by `code` in a fresh interpreter with an empty environment."""
    return set(json.loads(output_of(f"{code}\nprint(json.dumps(sorted(sys.modules)))", *folders)))


def output_of(code: str, *folders: Path) -> str:
    """Return what `code` prints in a fresh interpreter with an empty environment."""
    paths = [str(folder) for folder in (ROOT, *folders)]
    script = f"import json, sys; sys.path[:0] = {paths!r}\n{code}"
    windows = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        env={**windows, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def is_part_of(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


@pytest.fixture(scope="module")
def azure_functions() -> set[str]:
    return modules_after("import azure.functions")


# What each function imports, in one interpreter. After each function, unload its modules except the
# standard library and azure.functions.
ADDING = """
import azure.functions, importlib
known = set(sys.modules)
added = {}
for name in NAMES:
    importlib.import_module(name)
    added[name] = sorted(set(sys.modules) - known - {name})
    for module in set(sys.modules) - known:
        if module.partition(".")[0] not in sys.stdlib_module_names:
            del sys.modules[module]
print(json.dumps(added))
"""


@pytest.fixture(scope="module")
def added_by_functions() -> dict[str, set[str]]:
    found = json.loads(output_of(f"NAMES = {FUNCTIONS!r}\n{ADDING}"))
    return {name: set(modules) for name, modules in found.items()}


def unexpected(name: str, added: set[str]) -> set[str]:
    """Return the modules that a function loads but shouldn't, or should but doesn't."""
    foreign = {m for m in added if m.partition(".")[0] not in sys.stdlib_module_names}
    if name in ADDED:
        return (foreign - ROOMS) ^ ADDED[name]
    most = next(most for prefix, most in MOST.items() if name.startswith(prefix))
    own = {m for m in foreign if is_part_of(m, "shared")} - {"shared.twilio_api.transport"}
    return foreign - most - own


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_loads_what_it_needs_and_nothing_else(
    name: str, added_by_functions: dict[str, set[str]]
) -> None:
    assert unexpected(name, added_by_functions[name]) == set()


def test_a_new_function_is_checked_by_its_prefix(tmp_path: Path, azure_functions: set[str]) -> None:
    code = (
        "from twilio.twiml.voice_response import Say\n"
        "import shared.endpoints, shared.sending.text\n"
    )
    for name, imports in {"TwimlMadeUp": code, "OnMadeUp": f"{code}import requests\n"}.items():
        (tmp_path / f"{name}.py").write_text(imports)
    added = {
        name: modules_after(f"import azure.functions, {name}", tmp_path) - azure_functions - {name}
        for name in ("TwimlMadeUp", "OnMadeUp")
    }

    assert unexpected("TwimlMadeUp", added["TwimlMadeUp"]) == set()
    assert {VOICE, "requests"} <= unexpected("OnMadeUp", added["OnMadeUp"])


def test_all_functions_together_load_nothing_heavy() -> None:
    loaded = modules_after(f"import {', '.join(FUNCTIONS)}")

    assert {m for m in loaded for heavy in HEAVY if is_part_of(m, heavy)} == set()


def test_no_part_for_traces_is_loaded_unless_they_are_on() -> None:
    code = (
        "from shared import clients\n"
        "from shared.clock import SystemClock\n"
        "app = clients.Clients(VALUES, SystemClock())\n"
        "app.outbox, app.reports"
    )
    switch = {"PYTHON_APPLICATIONINSIGHTS_ENABLE_TELEMETRY": "true"}
    off, on = (modules_after(f"VALUES = {values!r}\n{code}") for values in ({}, switch))

    assert [module for module in off if "tracing" in module or "opentelemetry" in module] == []
    assert {"shared.tracing.spans", "opentelemetry.trace"} <= on


def test_every_module_can_be_imported_in_an_empty_environment() -> None:
    assert set(MODULES) <= modules_after(f"import {', '.join(MODULES)}")


@pytest.mark.parametrize(
    ("transport", "importer"),
    [("twilio_api.transport", "sign_in.py"), ("ledger.table_client", "table.py")],
)
def test_a_transport_has_one_importer(transport: str, importer: str) -> None:
    importers = [
        path.name
        for path in ROOT.glob("shared/**/*.py")
        if f"shared.{transport}" in path.read_text()
    ]

    assert importers == [importer]


def test_the_ledger_is_built_without_the_sdk() -> None:
    assert not any(
        is_part_of(module, "azure") for module in modules_after("import shared.ledger.table")
    )
