"""Put the host together: the functions, the endpoints, the triggers, and the server."""

import asyncio
import logging
import socket
from collections.abc import Mapping
from pathlib import Path

from local_stack.host.admin.endpoints import Endpoints
from local_stack.host.app.application import Application, Function
from local_stack.host.app.keys import STORE_TYPE, read_keys
from local_stack.host.http.bodies import body_limit
from local_stack.host.http.dispatch import Dispatcher
from local_stack.host.http.front import Front
from local_stack.host.http.server import HostServer, finish
from local_stack.host.parent import Ending
from local_stack.host.triggers.build import build_triggers
from local_stack.host.worker.exits import WORKER_ENDED, answer_before_exit, end_worker
from local_stack.host.worker.time_limits import TimeLimits

AZURE_MODE = "WEBSITE_SKU"
"""The setting by which Azure's host knows that the platform's front end is before it."""
PRINCIPAL = "LOCAL_PRINCIPAL_ID"
"""The setting with the ID of a pretended person, as if App Service had signed them in."""

log = logging.getLogger("host")


class Host:
    """A host for one app, ready to serve. Build it inside the running event loop."""

    def __init__(
        self, application: Application, root: Path, settings: Mapping[str, str], local_key: str
    ) -> None:
        """`local_key` opens everything unless the settings name key files."""
        self._limits = TimeLimits(
            application.configuration.timeout_s, self._report_timeout, self._end_worker
        )
        keys = read_keys(settings, local_key)
        has_files = bool(settings.get(STORE_TYPE))
        behind_azure = bool(settings.get(AZURE_MODE))
        dispatcher = Dispatcher(
            application,
            keys,
            self._limits,
            body_limit=body_limit(settings),
            key_hint="the keys are in files" if has_files else f"the local key is `{local_key}`",
            behind_azure=behind_azure,
            principal=settings.get(PRINCIPAL, ""),
        )
        endpoints = Endpoints(application, root, keys, self._invoke)
        front = Front(
            application,
            dispatcher,
            endpoints,
            settings=settings,
            behind_azure=behind_azure,
            report_key=local_key,
        )
        self._server = HostServer(front)
        self._triggers = build_triggers(application, root, settings, self._limits)

    async def serve(self, listener: socket.socket, ending: Ending) -> None:
        """Serve on `listener` until `ending` says to stop."""
        answer_before_exit(self._server.answer_all)
        self._limits.start()
        for trigger in self._triggers:
            trigger.start()
        await asyncio.gather(self._server.serve(listener, ending), self._stop_triggers(ending))

    async def _stop_triggers(self, ending: Ending) -> None:
        """Let the functions end that run when the host stops, and start no more."""
        await ending.begun.wait()
        for trigger in self._triggers:
            trigger.stop()
        await finish(lambda: any(trigger.is_busy for trigger in self._triggers), ending)

    async def _invoke(self, function: Function) -> None:
        """Run a function for `POST /admin/functions/NAME`, without waiting for its end."""
        definition = function.definition
        if definition is None or function.reason:
            log.error("%s doesn't run: %s", function.name, function.reason)
            return
        for trigger in self._triggers:
            if definition.is_kind(trigger.kind):
                trigger.run_now(definition)
                return
        log.info(
            "%s doesn't run: /admin/functions can't call an HTTP function. Request its own URL",
            function.name,
        )

    def _report_timeout(self, function: str) -> None:
        log.error("%s runs longer than functionTimeout in host.json allows", function)

    def _end_worker(self, function: str) -> None:
        reason = f"{function} ran longer than functionTimeout in host.json allows"
        end_worker(WORKER_ENDED, reason, self._server.answer_all)
