"""infra/main.bicepparam: the parameters that azd and the Azure CLI deploy with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

if TYPE_CHECKING:
    from tests.infra.conftest import ParameterFile, Reader

ROOT = Path(__file__).parents[2]
REQUIRED = {"AZURE_ENV_NAME": "switchboard", "AZURE_LOCATION": "westeurope"}
TYPES = {"string": str, "bool": bool, "int": int, "object": dict}
# Set for each deployment by azd or the workflow.
NOT_COPIED = {*REQUIRED, "AZURE_PRINCIPAL_ID", "AZURE_PRINCIPAL_TYPE"}


class Recorded(dict[str, str]):
    """An environment that records which variables are read."""

    def __init__(self) -> None:
        super().__init__(REQUIRED)
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        return super().__getitem__(name)

    def get(self, name: str, default: str = "") -> str:  # type: ignore[override]
        self.asked.add(name)
        return super().get(name, default)


def variables(parameter_file: ParameterFile) -> set[str]:
    """Return the variables that the file reads."""
    environment = Recorded()
    parameter_file.values(environment)
    return environment.asked


def test_the_file_is_bicep(parameter_file: ParameterFile) -> None:
    assert parameter_file.errors == []


def test_every_parameter_of_main_is_set_and_no_other(
    parameter_file: ParameterFile, reader: Reader
) -> None:
    assert {*parameter_file.values(REQUIRED)} == {*reader.infra["main.bicep"].parameters}


def test_each_value_has_the_type_of_its_parameter(
    parameter_file: ParameterFile, reader: Reader
) -> None:
    types = {name: TYPES[p.type] for name, p in reader.infra["main.bicep"].parameters.items()}

    assert {name: type(value) for name, value in parameter_file.values(REQUIRED).items()} == types


def test_an_empty_variable_means_the_default(
    parameter_file: ParameterFile,
) -> None:
    """GitHub passes a missing variable as an empty one."""
    empty = dict.fromkeys(variables(parameter_file), "")

    assert parameter_file.values(empty | REQUIRED) == parameter_file.values(REQUIRED)


def test_both_files_have_the_same_defaults(parameter_file: ParameterFile, reader: Reader) -> None:
    """azd prompts for a parameter without a default in main.bicep, so the defaults are repeated."""
    values = parameter_file.values(REQUIRED)
    defaults = {
        name: reader.literal(parameter.default)
        for name, parameter in reader.infra["main.bicep"].parameters.items()
        if parameter.default is not None and name not in ("environmentName", "settings")
    }

    assert len(defaults) > 8
    assert {name: values[name] for name in defaults} == defaults


@pytest.mark.parametrize(
    ("name", "value", "parameter", "expected"),
    [
        ("VNET_ENABLED", "true", "vnetEnabled", True),
        ("INSTANCE_MEMORY_MB", "512", "instanceMemoryMB", "512"),
        ("MAXIMUM_INSTANCE_COUNT", "1", "maximumInstanceCount", 1),
        ("PER_INSTANCE_CONCURRENCY", "16", "perInstanceConcurrency", 16),
        ("UPDATE_STRATEGY", "RollingUpdate", "updateStrategy", "RollingUpdate"),
        ("APP_PYTHON_VERSION", "3.14", "pythonVersion", "3.14"),
        ("OPENTELEMETRY", "true", "openTelemetry", True),
        ("AZURE_PRINCIPAL_TYPE", "ServicePrincipal", "principalType", "ServicePrincipal"),
    ],
)
def test_a_variable_sets_its_parameter(
    name: str, value: str, parameter: str, expected: object, parameter_file: ParameterFile
) -> None:
    assert parameter_file.values(REQUIRED | {name: value})[parameter] == expected


@given(value=st.text(min_size=1) | st.text("\"\\\n${}'", min_size=1))
def test_a_value_is_passed_unchanged(value: str, parameter_file: ParameterFile) -> None:
    values = parameter_file.values(REQUIRED | {"BLOCKED_CALLERS": value, "ALERT_EMAIL": value})

    assert values["settings"] == parameter_file.values(REQUIRED)["settings"] | {  # type: ignore[operator]
        "BLOCKED_CALLERS": value
    }
    assert values["alertEmail"] == value


def test_no_other_file_sets_parameters() -> None:
    """`azd pipeline config` would still read this one."""
    assert not (ROOT / "infra" / "main.parameters.json").exists()


def test_the_app_runs_the_projects_python_by_default(
    parameter_file: ParameterFile,
) -> None:
    expected = (ROOT / ".python-version").read_text().strip()

    assert parameter_file.values(REQUIRED)["pythonVersion"] == expected


def test_azd_copies_every_variable_into_the_pipeline(parameter_file: ParameterFile) -> None:
    """For a file of this kind, azd doesn't find the variables on its own."""
    pipeline = yaml.safe_load((ROOT / "azure.yaml").read_text())["pipeline"]

    assert {*pipeline["variables"]} == variables(parameter_file) - NOT_COPIED
