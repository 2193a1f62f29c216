"""Read what function.json says about a timer."""

from collections.abc import Mapping
from dataclasses import dataclass

from local_stack.host.app.app_settings import resolve
from local_stack.host.app.function_file import FunctionDefinition
from local_stack.host.app.json_file import AppFileError
from local_stack.host.triggers.schedules import Schedule, odd_span, read_schedule, zone_of

TIMER = "timerTrigger"


@dataclass(frozen=True)
class TimerFile:
    """A timer. `warning` is what is odd about its schedule, "" if nothing is."""

    schedule: Schedule
    runs_on_startup: bool = False
    is_monitored: bool = True
    warning: str = ""


def read_timer(definition: FunctionDefinition, settings: Mapping[str, str]) -> TimerFile:
    """Return a function's timer; raise AppFileError if Azure's host puts it in error.

    `%NAME%` in the schedule stands for a setting.
    """
    entry = definition.entry
    given: object = entry.get("schedule")
    if given is None or isinstance(given, (bool, list, dict)) or not str(given).strip():
        raise AppFileError('function.json: a timerTrigger needs a "schedule"')
    text = resolve(str(given), settings, '"schedule"')
    warning = odd_span(text)
    return TimerFile(
        schedule=read_schedule(text, zone_of(settings)),
        runs_on_startup=_flag(entry.get("runOnStartup"), "runOnStartup", default=False),
        is_monitored=_flag(entry.get("useMonitor"), "useMonitor", default=True),
        warning=f"{definition.name}: {warning}" if warning else "",
    )


def _flag(value: object, name: str, *, default: bool) -> bool:
    if value is None:
        return default
    text = str(value).lower()
    if text not in {"true", "false"}:
        raise AppFileError(f'function.json: "{name}" must be true or false')
    return text == "true"
