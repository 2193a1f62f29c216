"""A killed supervisor leaves nothing behind."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from local_stack.supervision.host_process import PROJECT

if TYPE_CHECKING:
    from tests.local_stack.conftest import AppFolder

TIME_LIMIT_S = 20.0
SUPERVISING_PROGRAM = """
import asyncio, os, sys
from pathlib import Path
from deskphone.ports import listen
from local_stack.supervision.supervisor import Supervisor

supervisor = Supervisor(
    root=Path(sys.argv[1]), listener=listen(0), environment=lambda: os.environ,
    function_key="local", on_state=lambda state: print(state.state, flush=True),
)
asyncio.run(supervisor.run())
"""


def test_a_killed_supervisor_leaves_no_host(app: AppFolder) -> None:
    command = [sys.executable, "-c", SUPERVISING_PROGRAM, str(app.root)]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE) as program:
        assert program.stdout is not None
        assert [program.stdout.readline() for _ in range(2)] == [b"starting\n", b"running\n"]
        program.kill()

        # The host inherits the pipe, so it closes when the last process exits.
        assert program.communicate(timeout=TIME_LIMIT_S) == (b"", None)
