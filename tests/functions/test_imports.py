"""What importing a function loads: nothing heavy, nothing of the environment, nothing to build."""

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

# twilio.http brings in requests; phonenumbers costs 40 ms, and all functions load in one process.
HEAVY = {
    "aiohttp",
    "azure.core",
    "azure.identity",
    "azure.keyvault",
    "phonenumbers",
    "requests",
    "twilio.http",
    "twilio.rest",
}
# What TwiML answers add to azure.functions, exactly, apart from the standard library.
ANSWER = {
    "shared",
    "shared.answers",
    "shared.clients",
    "shared.clock",
    "shared.credentials",
    "shared.endpoints",
    "shared.errors",
    "shared.local_stack",
    "shared.phone_numbers",
    "shared.public_urls",
    "shared.responses",
    "shared.settings",
    "shared.signatures",
    "shared.webhooks",
    "twilio",
    "twilio.twiml",
}
REPORT = ANSWER - {"shared.answers", "twilio", "twilio.twiml"} | {"shared.reports"}
VOICE, MESSAGING = "twilio.twiml.voice_response", "twilio.twiml.messaging_response"
SENDING = {"shared.inputs", "shared.twilio_account", "shared.web_addresses"}
ADDED = {
    "TwimlHello": ANSWER | {"shared.answers.hello", VOICE},
    "TwimlMessage": ANSWER | {"shared.answers.message", "shared.xml_text", VOICE},
    "TwimlReply": ANSWER | {"shared.answers.reply", "shared.xml_text", MESSAGING},
    "OnMessageStatus": REPORT,
    "OnCallStatus": REPORT,
    "GetHealth": ANSWER - {"shared.answers", "twilio", "twilio.twiml"} | {"shared.health"},
    "SendSms": ANSWER - {"shared.answers", "twilio", "twilio.twiml"}
    | SENDING
    | {"shared.messages", "shared.segments"},
    "PlaceCall": ANSWER
    | SENDING
    | {"shared.calls", "shared.answers.hello", "shared.xml_text", VOICE},
}


def modules_after(code: str) -> set[str]:
    """The modules loaded by `code` in a fresh interpreter with an empty environment."""
    script = f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{code}\n"
    script += "import json; print(json.dumps(sorted(sys.modules)))"
    windows = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        env={**windows, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return set(json.loads(result.stdout))


def is_part_of(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


@pytest.fixture(scope="module")
def azure_functions() -> set[str]:
    return modules_after("import azure.functions")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_loads_exactly_these_modules(name: str, azure_functions: set[str]) -> None:
    added = modules_after(f"import azure.functions, {name}") - azure_functions - {name}
    foreign = {m for m in added if m.partition(".")[0] not in sys.stdlib_module_names}

    assert foreign == ADDED[name]


def test_all_functions_together_load_nothing_heavy() -> None:
    loaded = modules_after(f"import {', '.join(FUNCTIONS)}")

    assert {m for m in loaded for heavy in HEAVY if is_part_of(m, heavy)} == set()


def test_every_module_can_be_imported_in_an_empty_environment() -> None:
    assert set(MODULES) <= modules_after(f"import {', '.join(MODULES)}")


def test_only_clients_imports_the_transport() -> None:
    importers = [
        path.name
        for path in ROOT.glob("shared/**/*.py")
        if "import twilio_http" in path.read_text() or "shared.twilio_http" in path.read_text()
    ]

    assert importers == ["clients.py"]
