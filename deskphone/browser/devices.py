"""The Devices that are registered, by identity."""

from collections.abc import Callable

from deskphone.account.phone_numbers import CLIENT
from deskphone.browser.signaling.connection import Connection


class Devices:
    """Who can be called in a browser.

    An identity that no browser has registered belongs to the phone page. Once one has, the calls to
    it ring its registered Devices only.
    """

    def __init__(self, on_change: Callable[[], None] = lambda: None) -> None:
        """`on_change` is called when a Device has registered or unregistered."""
        self._on_change = on_change
        self._registered: dict[str, list[Connection]] = {}

    def claim(self, identity: str) -> None:
        """Let browsers have an identity from now on."""
        self._registered.setdefault(identity, [])

    def add(self, device: Connection) -> None:
        """Register a Device by the identity in its token."""
        devices = self._registered.setdefault(device.identity, [])
        if device not in devices:
            devices.append(device)
            self._on_change()

    def remove(self, device: Connection) -> None:
        """Unregister a Device, if it is registered."""
        for devices in self._registered.values():
            if device in devices:
                devices.remove(device)
                self._on_change()

    def claimed(self, identity: str) -> bool:
        """Whether a browser has registered this identity since the start."""
        return identity in self._registered

    def addresses(self) -> list[str]:
        """Return the addresses, such as client:alice, that have a registered Device."""
        return [CLIENT + identity for identity, devices in self._registered.items() if devices]

    def of(self, identity: str) -> list[Connection]:
        """Return the registered Devices of an identity, in order of registration."""
        return list(self._registered.get(identity, []))

    def forget(self) -> None:
        """Give back the identities that have no registered Device at the moment."""
        self._registered = {
            identity: devices for identity, devices in self._registered.items() if devices
        }
