"""The sums on the page about cost follow from its prices, and its counts from infra/."""

import re
from math import exp
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "operate" / "cost.md").read_text()
INFRA = {path.name: path.read_text() for path in (ROOT / "infra").glob("*.bicep")}
HOURS = 730
MONTH_S = HOURS * 3600
EXECUTIONS = 3
TABLE_REQUESTS = 10
UNITS = {"per million": 1_000_000, "per 10,000": 10_000}
ALERTS = len(re.findall(r"\btitle: '", INFRA["alerts.bicep"]))


def rows(heading: str) -> list[list[str]]:
    """Return the cells of the lines of all tables below a heading, without the tables' heads."""
    section = re.split(rf"^## {heading}$", PAGE, flags=re.MULTILINE)[1].partition("\n## ")[0]
    tables = re.findall(r"^\|[-|]+\|\n((?:\|.*\n)+)", section, re.MULTILINE)
    lines = "".join(tables).splitlines()
    return [[cell.strip() for cell in line[1:-1].split("|")] for line in lines]


def number(text: str) -> float:
    """Return the first number of a cell, 0 for none."""
    found = re.search(r"[0-9][0-9,.]*", text)
    return float(found[0].rstrip(".,").replace(",", "")) if found else 0


def unit_price(amount: str) -> float:
    """Return the price of one, given the price of many."""
    many = [count for unit, count in UNITS.items() if unit in amount]
    return number(amount) / (many[0] if many else 1)


PRICES = {row[0].strip("`"): unit_price(row[1]) for row in rows("Prices")}
FREE = {row[0].strip("`"): number(row[2]) for row in rows("Prices")}
SUMS = [row for row in rows("A month") if len(row) > 2]
ADDED = {row[0]: row[1] for row in rows("A month") if len(row) == 2}
COLUMNS = [(0.5, False), (2.0, False), (0.5, True), (2.0, True)]


def month(texts: float, gb: float, *, always_ready: bool) -> float:
    """Return what a month costs, by the formula on the page."""
    executions = EXECUTIONS * texts
    busy_gb_s = gb * MONTH_S * (1 - exp(-executions / MONTH_S))
    total = ALERTS * PRICES["log alert"] + TABLE_REQUESTS * texts * PRICES["table request"]
    if always_ready:
        total += PRICES["always ready"] * gb * MONTH_S + PRICES["always ready, busy"] * busy_gb_s
        return total + PRICES["execution"] * executions
    total += PRICES["on demand"] * max(0, busy_gb_s - FREE["on demand"])
    return total + PRICES["execution"] * max(0, executions - FREE["execution"])


@pytest.mark.parametrize("row", SUMS, ids=lambda row: row[0])
def test_a_month_is_the_sum_of_its_parts(row: list[str]) -> None:
    texts = number(row[0])

    found = [month(texts, gb, always_ready=is_ready) for gb, is_ready in COLUMNS]
    assert [number(cell) for cell in row[1:]] == pytest.approx(found, abs=0.005)


def test_the_table_has_an_idle_month_and_months_with_texts() -> None:
    assert [number(row[0]) for row in SUMS] == [0, 10_000, 1_000_000]


def test_the_columns_are_in_the_order_of_the_sums() -> None:
    head = next(line for line in PAGE.splitlines() if line.startswith("| Texts |"))
    cells = [cell.strip() for cell in head[1:-1].split("|")][1:]
    megabytes = [(number(cell) / 1024, "always ready" in cell) for cell in cells]

    assert megabytes == COLUMNS


def test_a_network_costs_its_endpoints_and_zones() -> None:
    parts = re.findall(r"^  '(\w+)'$", INFRA["storage.bicep"], re.MULTILINE)
    endpoints = len(parts) + INFRA["vault.bicep"].count("'endpoint.bicep'")
    name, price = next(row for row in ADDED.items() if "virtual network" in row[0])

    assert f": {endpoints} endpoints, {endpoints} zones" in name
    assert number(price) == pytest.approx(
        endpoints * (HOURS * PRICES["endpoint"] + PRICES["zone"]), abs=0.005
    )


def test_a_nat_gateway_costs_its_hours_and_those_of_its_address() -> None:
    hourly = PRICES["NAT gateway"] + PRICES["address"]
    found = next(price for name, price in ADDED.items() if name.startswith("NAT"))

    assert number(found) == pytest.approx(HOURS * hourly, abs=0.005)


def test_the_page_counts_the_alerts_that_are_deployed_and_how_often_they_run() -> None:
    assert re.search(f"{ALERTS} . `log alert`", PAGE)
    assert set(re.findall(r"evaluationFrequency: '(\w+)'", INFRA["alerts.bicep"])) == {"PT15M"}


def test_a_flood_costs_its_instances() -> None:
    per_day, per_hour = re.findall(r"\$(\d+)\s+(?:a day|an hour)", PAGE)
    instances = number(re.findall(r"maximumInstanceCount int = (\d+)", INFRA["main.bicep"])[0])

    assert instances == 10
    assert int(per_day) == round(instances * 2 * 86_400 * PRICES["on demand"])
    assert int(per_hour) == round(250 * 2 * 3600 * PRICES["on demand"])


@pytest.mark.parametrize("row", rows("Prices"), ids=lambda row: row[0].strip("`"))
def test_a_price_has_a_public_source_with_its_date(row: list[str]) -> None:
    source = row[3]

    assert source.startswith("the same") or re.fullmatch(
        r"\[[^]]+\]\(https://azure\.microsoft\.com/pricing/[^)]+\), .*20\d\d", source
    )
