"""Check whether the running app may send: its live settings, which apply without a restart."""

from collections.abc import Mapping
from typing import cast

from commands.doctor.examination import Examination
from commands.doctor.findings import Finding, ok, shown, skipped, warning
from shared.errors import ConfigurationError, LedgerError

RESUME = "to send again, run python3 dev.py resume-sending, with --from-azd for a deployment"
CLEAR = "to clear one, run python3 dev.py limits NAME="


async def check_sending(examination: Examination) -> Finding:
    """Check what the app says or, without its report, what its table says."""
    report = examination.health
    if "sending" in report:
        return judge_report(report)
    settings = examination.settings
    if settings.guards.kill_switch:
        return warning("KILL_SWITCH stops all texts and calls", "to send again, set it to false")
    if not (settings.storage_connection or settings.storage_table_url):
        if examination.is_deployment:
            return skipped("pass --key KEY to ask the app")
        return ok("without storage, only the app's settings can stop sending")
    from shared.ledger.table import TableLedger
    from shared.live_settings.row import KIND, NAME, LiveSettings

    ledger = TableLedger(settings)
    try:
        live = LiveSettings.of_row(await ledger.read(KIND, NAME))
    except (ConfigurationError, LedgerError) as error:
        return skipped(f"the live settings can't be read: {error.detail}", "see storage")
    finally:
        await ledger.close()
    if live.is_stopped:
        since = f" since {shown(live.changed_at)}" if live.changed_at else ""
        return warning(f"stop-sending has stopped all texts and calls{since}", RESUME)
    if live.faults:
        return warning(f"ignored in the table: {'; '.join(live.faults)}", CLEAR)
    return _allowed({name: str(limit) for name, limit in live.limits.items()})


def judge_report(report: Mapping[str, object]) -> Finding:
    """Return what `sending` and `limits` of GetHealth mean."""
    sending, limits = str(report["sending"]), report.get("limits")
    if sending != "ok":
        return warning(shown(sending), "see docs/operate/guards.md#the-kill-switch")
    named = cast("Mapping[str, object]", limits) if isinstance(limits, dict) else {}
    return _allowed({shown(name): shown(str(limit)) for name, limit in named.items()})


def _allowed(limits: Mapping[str, str]) -> Finding:
    if not limits:
        return ok("allowed, with the limits of the app's settings")
    listed = ", ".join(f"{name}={limit}" for name, limit in limits.items())
    return ok(f"allowed; dev.py limits has set {listed}")
