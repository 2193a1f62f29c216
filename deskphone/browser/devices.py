"""The Devices that are registered, by identity."""

from deskphone.browser.signaling.connection import Connection


class Devices:
    """Who can be called in a browser.

    An identity that no browser has registered belongs to the phone page. Once one has, the calls to
    it ring its registered Devices only.
    """

    def __init__(self) -> None:
        self._registered: dict[str, list[Connection]] = {}

    def claim(self, identity: str) -> None:
        """Let browsers have an identity from now on."""
        self._registered.setdefault(identity, [])

    def add(self, device: Connection) -> None:
        """Register a Device by the identity in its token."""
        devices = self._registered.setdefault(device.identity, [])
        if device not in devices:
            devices.append(device)

    def remove(self, device: Connection) -> None:
        """Unregister a Device, if it is registered."""
        for devices in self._registered.values():
            if device in devices:
                devices.remove(device)

    def claimed(self, identity: str) -> bool:
        """Whether a browser has registered this identity since the start."""
        return identity in self._registered

    def of(self, identity: str) -> list[Connection]:
        """Return the registered Devices of an identity, in order of registration."""
        return list(self._registered.get(identity, []))

    def forget(self) -> None:
        """Give back the identities that have no registered Device at the moment."""
        self._registered = {
            identity: devices for identity, devices in self._registered.items() if devices
        }
