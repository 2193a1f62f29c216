"""Make the triggers that an app's functions need, one for each trigger type."""

from collections.abc import Mapping
from pathlib import Path

from local_stack.host.app.application import Application
from local_stack.host.triggers.timer import TimerTrigger
from local_stack.host.triggers.timer_file import TIMER, read_timer
from local_stack.host.triggers.timer_status import TimerStatuses, status_path
from local_stack.host.triggers.trigger import Trigger
from local_stack.host.worker.time_limits import TimeLimits


def build_triggers(
    application: Application, root: Path, settings: Mapping[str, str], limits: TimeLimits
) -> list[Trigger]:
    """Return the triggers of an app in `root` that run functions by themselves."""
    return [_timers(application, root, settings, limits)]


def _timers(
    application: Application, root: Path, settings: Mapping[str, str], limits: TimeLimits
) -> Trigger:
    functions = application.triggered_by(TIMER)
    definitions = [one.definition for one in functions if one.definition is not None]
    return TimerTrigger(
        [(definition, read_timer(definition, settings)) for definition in definitions],
        [one.name for one in functions if one.disabled],
        TimerStatuses(status_path(root)),
        limits,
    )
