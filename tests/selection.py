"""Select the tests to run: the quick ones, unless the command line asks for others."""

from pathlib import Path

import pytest

TESTS = Path(__file__).parent
QUICK = (
    "shared",
    "functions",
    "deskphone",
    "project/test_architecture.py",
    "browser/test_journey.py",
)
"""Folders that run in under a minute and catch most mistakes. Others start hosts and browsers."""
THOROUGH = (
    "shared/delivery/test_replays.py",
    "shared/ledger",
    "shared/guards/test_limits_races.py",
    "shared/sending/test_send_races.py",
    "functions/test_changed_bytes.py",
    "functions/test_followed_calls.py",
    "functions/test_guarded_calls.py",
    "functions/test_log_bounds.py",
    "functions/test_openapi.py",
    "functions/test_shared_media.py",
    "deskphone/browser/test_chromium.py",
    "deskphone/browser/test_frames.py",
    "deskphone/browser/test_lost_media.py",
    "deskphone/cli/test_text_and_call.py",
    "deskphone/media",
    "deskphone/pytest_plugin",
    "deskphone/run",
    "deskphone/setup/test_restart.py",
    "deskphone/test_coverage.py",
    "deskphone/test_document.py",
    "deskphone/test_other_accounts.py",
    "deskphone/test_standalone.py",
)
"""Slow files in these folders, which would take half the time."""


def add_options(parser: pytest.Parser) -> None:
    """Add --all and --rest to pytest's options."""
    group = parser.getgroup("switchboard")
    for name, meaning in (
        ("all", "run all tests, not just the quick ones"),
        ("rest", "run only the tests that the default run skips"),
    ):
        group.addoption(
            f"--{name}", dest="part", action="store_const", const=name, default="quick",
            help=meaning,
        )  # fmt: skip


def is_left_out(path: Path, config: pytest.Config) -> bool:
    """Return whether a file or folder is not part of the run.

    Tests named on the command line always run, and so do those selected by -m.
    """
    part = config.getoption("part")
    if part == "all" or not is_whole_run(config) or config.getoption("markexpr") != "not soak":
        return False
    name = path.relative_to(TESTS).as_posix()
    if path.is_dir():
        # Descend into a folder that may contain selected tests.
        return part == "quick" and not any(
            is_within(name, one) or is_within(one, name) for one in QUICK
        )
    is_thorough = any(is_within(name, one) for one in THOROUGH)
    is_quick = not is_thorough and any(is_within(name, one) for one in QUICK)
    return is_quick != (part == "quick")


def is_within(name: str, folder: str) -> bool:
    """Return whether a path, relative to the tests, is a folder or inside it."""
    return folder == "." or name == folder or name.startswith(f"{folder}/")


def is_whole_run(config: pytest.Config) -> bool:
    """Return whether the command line names no tests. xdist passes the folder to its workers."""
    return [Path(config.invocation_params.dir, name) for name in config.args] == [TESTS]


def workers(config: pytest.Config) -> int | None:
    """Return 0 workers for a single file: it runs faster than workers start."""
    files = {name.partition("::")[0] for name in config.args}
    return 0 if len(files) == 1 and next(iter(files)).endswith(".py") else None
