"""The emulator for this app: deskphone, and the Azure stand-ins on the same port."""

from collections.abc import Callable, Sequence

from aiohttp import web

from deskphone import server
from deskphone.account.store import Publish
from deskphone.clock import Clock
from deskphone.emulator import Emulator
from deskphone.sound.speakers import Speaker
from local_stack.app import local_app
from local_stack.azure.stand_ins import Azure
from local_stack.faults.azure import inject_azure
from local_stack.faults.host import Killable, inject_host
from local_stack.faults.rotation import Rotation
from local_stack.folder import AppFolder
from local_stack.host_view import HostView
from local_stack.supervision.supervisor import HostState


class LocalEmulator:
    """Create it inside a running event loop; `deskphone.close` stops its pending work."""

    def __init__(
        self,
        clock: Clock,
        functions_url: str,
        folder: AppFolder,
        url: str,
        messaging_service: Callable[[], str] = lambda: "",
        listeners: Sequence[Publish] = (),
        speaker: Speaker | None = None,
    ) -> None:
        """URLs have no trailing slash; `folder` describes the app.

        `messaging_service` returns the SID in the app's settings, or "". `listeners` are called
        for every record. `speaker` is as in deskphone's Emulator.
        """
        self.answers_url = "/".join(filter(None, (functions_url, folder.route_prefix)))
        self.azure = Azure(clock)
        self._host = HostView(self.answers_url)
        app = local_app(folder, self.answers_url, self._host, self.azure, messaging_service)
        self.deskphone = Emulator(clock, url, app, listeners, speaker)
        rotation = Rotation(self.deskphone.account, self.azure)
        self.deskphone.fault_switch.subscribe(rotation.faults_changed)

    def application(self, host: Killable | None = None) -> web.Application:
        """Return the web application with all routes; `host` is for the fault that kills it."""

        def on_gap(gap: str) -> None:
            self.deskphone.store.alert("", None, gap)

        injectors = [inject_host(host)] if host else []
        routes = self.azure.routes(on_gap)
        return server.application(self.deskphone, routes, [*injectors, inject_azure])

    def host_changed(self, host: HostState) -> None:
        """Show the state of the Functions host."""
        self._host.state = host
        self.deskphone.feed.host_changed()
