"""What `dev.py stop-sending`, `resume-sending` and `limits` print."""

from collections.abc import Iterator

from commands.sending.options import RESUME, SHOW_LIMITS, STOP, Options
from shared.live_settings.reader import LIFETIME_S
from shared.live_settings.row import LIMITS, LiveSettings

APPS_OWN = "the app's setting"
SOON = f"within {LIFETIME_S:g} seconds"
UNDO = {STOP: RESUME, RESUME: STOP}


def report(
    options: Options, target: str, before: LiveSettings, after: LiveSettings
) -> Iterator[str]:
    """Yield the lines: what was changed where, when it takes effect, and how to undo it."""
    for fault in before.faults:
        yield f"Ignored in the table: {fault}."
    if options.command == SHOW_LIMITS:
        yield from _limits(options, target, before, after)
        return
    if before.is_stopped == after.is_stopped:
        since = f" since {before.changed_at}" if after.is_stopped and before.changed_at else ""
        state = f"already stopped{since}" if after.is_stopped else "not stopped"
        yield f"Nothing changed: texts and calls of {target} were {state}."
    elif after.is_stopped:
        yield f"Stopped all texts and calls of {target}, {SOON}. Those in progress continue."
    else:
        yield f"Resumed texts and calls of {target}, {SOON}."
    if not after.is_stopped:
        yield "If the app's setting KILL_SWITCH is true, it still stops them."
    if before.is_stopped != after.is_stopped or after.is_stopped:
        yield f"To undo this: python3 dev.py {UNDO[options.command]}{options.place}"


def _limits(
    options: Options, target: str, before: LiveSettings, after: LiveSettings
) -> Iterator[str]:
    yield f"Limits of {target}:"
    for name in LIMITS:
        was, now = (live.limits.get(name, APPS_OWN) for live in (before, after))
        yield f"  {name}: {now}" + (f" (was {was})" if was != now else "")
    undo = [f"{name}={before.limits.get(name, '')}" for name in options.limits]
    if before.limits != after.limits:
        yield f"They apply {SOON}."
        yield f"To undo this: python3 dev.py limits {' '.join(undo)}{options.place}"
