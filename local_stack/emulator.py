"""The emulator for this app: deskphone, with Azure's stand-ins on the same port."""

from collections.abc import Callable, Sequence

from aiohttp import web

from deskphone import server
from deskphone.account.store import Publish
from deskphone.clock import Clock
from deskphone.emulator import Emulator
from local_stack.app import local_app
from local_stack.azure.stand_ins import Azure
from local_stack.faults.azure import inject_azure
from local_stack.faults.host import Killable, inject_host
from local_stack.faults.rotation import Rotation
from local_stack.host_view import HostView
from local_stack.supervision.supervisor import HostState


class LocalEmulator:
    """Build it inside a running event loop; `deskphone.close` stops what is under way."""

    def __init__(
        self,
        clock: Clock,
        functions_url: str,
        route_prefix: str,
        url: str,
        messaging_service: Callable[[], str] = lambda: "",
        listeners: Sequence[Publish] = (),
    ) -> None:
        """The URLs have no final slash; `route_prefix` is host.json's, e.g. "api" or "".

        `messaging_service` gives the SID that the app's settings name, or "". `listeners` hear of
        each record.
        """
        self.answers_url = "/".join(filter(None, (functions_url, route_prefix)))
        self.azure = Azure(clock)
        self._host = HostView(self.answers_url)
        app = local_app(self.answers_url, self._host, self.azure, messaging_service)
        self.deskphone = Emulator(clock, url, app, listeners)
        rotation = Rotation(self.deskphone.account, self.azure)
        self.deskphone.fault_switch.subscribe(rotation.faults_changed)

    def application(self, host: Killable | None = None) -> web.Application:
        """Return the web application with all doors; `host` is for the fault that kills it."""

        def on_gap(gap: str) -> None:
            self.deskphone.store.alert("", None, gap)

        injectors = [inject_host(host)] if host else []
        routes = self.azure.routes(on_gap)
        return server.application(self.deskphone, routes, [*injectors, inject_azure])

    def host_changed(self, host: HostState) -> None:
        """Show how the Functions host is doing."""
        self._host.state = host
        self.deskphone.feed.host_changed()
