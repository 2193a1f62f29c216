"""The host's own state: for `/admin/host/status`, and for the supervisor."""

import os
import socket
import time
from collections.abc import Callable

from local_stack.host.app.application import Application

VERSION = "4.1037.0"
"""The version of Azure's host whose recorded answers this one follows."""


class Status:
    """The state of the host since its start."""

    def __init__(
        self, application: Application, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._application = application
        self._clock = clock
        self._began = clock()

    def document(self) -> dict[str, object]:
        """Return the answer to `/admin/host/status`, with the Functions host's field names."""
        down = self._application.down
        errors = {"errors": [down.azure or str(down)]} if down else {}
        return {
            "id": socket.gethostname().lower(),
            "state": "Error" if down else "Running",
            "version": f"{VERSION}.0",
            "versionDetails": VERSION,
            "platformVersion": "",
            "instanceId": str(os.getpid()),
            "computerName": socket.gethostname(),
            **errors,
            "processUptime": round((self._clock() - self._began) * 1000),
            "functionAppContentEditingState": "Unknown",
        }

    def report(self) -> dict[str, object]:
        """Return what the supervisor shows."""
        application = self._application
        return {
            "running": application.down is None,
            "instance": str(os.getpid()),
            "functions": [
                one.name
                for one in application.functions.values()
                if not one.reason and not one.disabled
            ],
            "errors": [
                {"function": name, "reason": reason} for name, reason in application.failures
            ],
        }
