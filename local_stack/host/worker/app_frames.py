"""Reduce tracebacks to the app's own lines."""

import traceback
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
OURS = (PROJECT / "local_stack", PROJECT / "deskphone")  # may be inside the app's folder


def is_of_app(filename: str, app: Path) -> bool:
    """Return whether a file is the app's own, not a package installed in its folder."""
    path = Path(filename)
    if not path.is_relative_to(app) or any(map(path.is_relative_to, OURS)):
        return False
    parts = path.relative_to(app).parts
    return not any(part == "site-packages" or part.startswith(".") for part in parts)


def app_frames(error: BaseException, app: Path) -> list[traceback.FrameSummary]:
    """Return the frames of an error that are in the app."""
    frames = traceback.extract_tb(error.__traceback__)
    return [frame for frame in frames if is_of_app(frame.filename, app)]


def app_traceback(error: BaseException, app: Path) -> str:
    """Return an error's traceback with only the app's frames, and the error itself."""
    frames = app_frames(error, app)
    lines = traceback.format_list(frames) if frames else []
    heading = ["Traceback (most recent call last):\n"] if frames else []
    return "".join([*heading, *lines, *traceback.format_exception_only(error)]).rstrip()
