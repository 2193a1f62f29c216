"""Each query of the alerts and the docs, checked by Microsoft's own language service."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from tests.node import installed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.infra.conftest import Reader

pytestmark = pytest.mark.soak

ROOT = Path(__file__).parents[2]
LOCK = Path(__file__).parent / "kusto"
COMMON = (
    "timestamp: datetime, itemType: string, itemId: string, itemCount: int, sdkVersion: string, "
    "operation_Name: string, operation_Id: string, operation_ParentId: string, "
    "cloud_RoleName: string, cloud_RoleInstance: string, appName: string, "
    "customDimensions: dynamic, customMeasurements: dynamic"
)
# https://learn.microsoft.com/previous-versions/azure/azure-monitor/app/convert-classic-resource and
# https://learn.microsoft.com/azure/azure-monitor/reference/tables/usage, and for _LogOperation
# https://learn.microsoft.com/azure/azure-monitor/logs/monitor-workspace#columns
TABLES = {
    "traces": f"({COMMON}, message: string, severityLevel: int)",
    "requests": f"({COMMON}, id: string, name: string, url: string, success: string, "
    "resultCode: string, duration: real, performanceBucket: string, source: string)",
    "dependencies": f"({COMMON}, id: string, target: string, type: string, name: string, "
    "data: string, success: string, resultCode: string, duration: real, performanceBucket: string)",
    "exceptions": f"({COMMON}, problemId: string, type: string, assembly: string, method: string, "
    "outerType: string, outerMessage: string, innermostType: string, innermostMessage: string, "
    "details: dynamic, severityLevel: int)",
    "Usage": "(TimeGenerated: datetime, StartTime: datetime, EndTime: datetime, DataType: string, "
    "IsBillable: bool, Quantity: real, QuantityUnit: string, Solution: string)",
    "_LogOperation": "(TimeGenerated: datetime, Category: string, Operation: string, "
    "Level: string, Detail: string, Computer: string, CorrelationId: string, _ResourceId: string)",
}

type Diagnose = Callable[[dict[str, str]], dict[str, list[str]]]


@pytest.fixture(scope="module")
def diagnose() -> Diagnose:
    """Returns the errors in queries, by the name of each."""
    kusto = installed(LOCK)

    def run(queries: dict[str, str]) -> dict[str, list[str]]:
        finished = subprocess.run(
            [kusto.node, LOCK / "diagnose.js", kusto.modules / "@kusto/language-service-next"],
            input=json.dumps({"tables": TABLES, "queries": [*queries.values()]}),
            stdout=subprocess.PIPE,
            check=True,
            encoding="utf-8",
        )
        return dict(zip(queries, json.loads(finished.stdout), strict=True))

    return run


def written(reader: Reader) -> Iterator[tuple[str, str]]:
    """Yield the queries of infra/ and docs/, each with a name."""
    for file in reader.infra.files.values():
        for node in reader.walk(file.root):
            pairs = reader.properties(node) if node.type == "object" else {}
            if "query" in pairs and reader.text(pairs["query"]).startswith("'''"):
                yield reader.text(pairs["name"]), dedent(reader.text(pairs["query"]).strip("'"))
    for page in sorted((ROOT / "docs").rglob("*.md")):
        blocks = re.findall(r"^ *```kusto\n(.*?)^ *```", page.read_text(), re.MULTILINE | re.DOTALL)
        yield from ((f"{page.name} {number}", text) for number, text in enumerate(blocks))


def test_each_query_is_right(reader: Reader, diagnose: Diagnose) -> None:
    queries = dict(written(reader))

    assert len(queries) >= len(reader.infra["alerts.bicep"].values["rules"].named_children)
    assert {name: faults for name, faults in diagnose(queries).items() if faults} == {}


@pytest.mark.parametrize(
    "query",
    [
        "traces | where mesage has 'x'",
        "traces | summarise Found = sum(itemCount)",
        "requests | where resultCode >= 500",
        "Usage | summarize Found = sum(IsBillable)",
        "union (requests | where true), (exception | where true)",
    ],
)
def test_a_wrong_query_is_found(query: str, diagnose: Diagnose) -> None:
    assert diagnose({"wrong": query})["wrong"]
