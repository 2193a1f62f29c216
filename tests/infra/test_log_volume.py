"""What a flood of refused requests can log in a day stays below the daily cap.

The sum is for one instance that does nothing else all day. The sizes and the rate are conservative
assumptions, not measured in Azure: after a week in production, compare `_BilledSize` of AppRequests
and AppTraces.
"""

from __future__ import annotations

import json
from datetime import timedelta
from math import log10
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from shared.config.credentials import REFRESH_INTERVAL_S
from shared.http.line_limit import INTERVAL_S, MAX_IN_FULL
from shared.webhooks import explanation
from tests.functions.test_log_bounds import MAX_LINE_CHARS

if TYPE_CHECKING:
    from tests.infra.conftest import Reader

ROOT = Path(__file__).parents[2]
DAY_S = 86_400
REQUESTS_PER_S = 1_000
"""A refused request costs a worker about a millisecond of its one core, plus the host's work."""
REQUEST_BYTES = 2_000
LINE_BYTES = 1_000
VAULT_READ_BYTES = 2_500
SECRETS = 4
"""A forged signature rereads the token or the key, and the secondary one of each."""
KINDS = 2
"""Refusals that anyone can get from one function at a time: 414, and one of 403, 500 and 503."""
MEGABYTE = 1_000_000
INSTANCE_MEGABYTES = 250
"""What infra/logs.bicep counts for an instance."""


def seconds(text: str) -> float:
    """Return the seconds of a .NET TimeSpan."""
    hours, minutes, whole = map(int, text.split(":"))
    return timedelta(hours=hours, minutes=minutes, seconds=whole).total_seconds()


def request_bytes() -> float:
    """Return the bytes of request records: sampled, except right after a start or a relaxation.

    An instance is assumed to start as often as sampling is relaxed: twelve times a day.
    """
    insights = json.loads((ROOT / "host.json").read_text())["logging"]["applicationInsights"]
    sampling = insights["samplingSettings"]
    assert insights["enableAdaptiveSamplingDelay"] is False
    assert "Request" not in sampling["excludedTypes"]
    assert sampling["movingAverageRatio"] == 1
    interval_s = seconds(sampling["evaluationInterval"])
    assert seconds(sampling["samplingPercentageDecreaseTimeout"]) < interval_s
    floor = REQUESTS_PER_S * sampling["minSamplingPercentage"] / 100
    kept_per_s = max(sampling["maxTelemetryItemsPerSecond"], floor)
    bursts = DAY_S / seconds(sampling["samplingPercentageIncreaseTimeout"])
    return (kept_per_s * DAY_S + REQUESTS_PER_S * interval_s * bursts) * REQUEST_BYTES


def line_bytes() -> float:
    """Return the bytes of the app's lines about refused requests, some with an explanation."""
    levels = [
        json.loads(path.read_text())["bindings"][0]["authLevel"]
        for path in ROOT.glob("*/function.json")
    ]
    kinds = KINDS * levels.count("anonymous")
    most = REQUESTS_PER_S * INTERVAL_S / kinds
    lines = kinds * (MAX_IN_FULL + log10(most / MAX_IN_FULL)) * DAY_S / INTERVAL_S
    explained = min(
        explanation.MAX_EXPLANATIONS * DAY_S / explanation.INTERVAL_S,
        kinds * MAX_IN_FULL * DAY_S / INTERVAL_S,
    )
    return lines * LINE_BYTES + explained * MAX_LINE_CHARS


def vault_bytes() -> float:
    """Return the bytes of the vault's access log, and of the app's lines about failed reads."""
    return SECRETS * (VAULT_READ_BYTES + LINE_BYTES) * DAY_S / REFRESH_INTERVAL_S


def quota_gb(reader: Reader, instances: int) -> int:
    """Evaluate the daily cap of infra/logs.bicep; Bicep's `/` of whole numbers is Python's `//`."""
    formula = reader.text(reader.infra["logs.bicep"].values["dailyQuotaGb"]).replace("/", "//")
    names = {"max": max, "maximumInstanceCount": instances}
    return int(eval(formula, names))  # noqa: S307 - a formula of this project


def test_a_flood_on_one_instance_stays_within_its_allowance() -> None:
    assert request_bytes() + line_bytes() + vault_bytes() < INSTANCE_MEGABYTES * MEGABYTE


@pytest.mark.parametrize("instances", [1, 10, 60, 100, 1000])
def test_a_flood_on_all_instances_leaves_a_gigabyte_for_the_rest(
    reader: Reader, instances: int
) -> None:
    flood_gb = instances * INSTANCE_MEGABYTES / 1000

    assert quota_gb(reader, instances) >= flood_gb + 1


def test_bursts_beyond_the_maximum_are_counted(reader: Reader) -> None:
    """With a limit of 1, up to 60 instances were seen: Azure/azure-functions-host issue 11790."""
    assert quota_gb(reader, 1) == quota_gb(reader, 60)


def test_everything_is_logged_once(reader: Reader) -> None:
    kinds = [
        resource.kind.partition("@")[0]
        for name in ("app.bicep", "logs.bicep")
        for resource in reader.infra[name].resources
    ]

    assert "Microsoft.Insights/diagnosticSettings" not in kinds
