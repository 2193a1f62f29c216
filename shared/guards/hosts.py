"""Which hosts the documents of a call may come from: the app's own, and those of the settings.

A document decides whom a call dials and texts, so one that comes from anywhere would be a way
around every other guard.
"""

import re

from shared.config.local_stack import is_loopback
from shared.config.settings import Settings
from shared.errors import InvalidRequestError
from shared.guard_errors import NotAllowedError
from shared.guards.addresses import Address, Origin, readings

SETTING = "ALLOWED_TWIML_HOSTS"
# The function that answers with whatever its own address holds.
ECHO = "TwimlEcho"
# How the functions begin that Twilio may ask; the others take a function key.
ASKED_BY_TWILIO = ("twiml", "on", "get")

_ECHO = re.compile(rf"\b{ECHO}\b", re.IGNORECASE)
_HOST = re.compile(r"(?:(https?|wss?):)?//([^/?#&\s\"'<>]*)", re.IGNORECASE)
# A dot may be more than it seems: some servers leave out one at the end.
_SEGMENT = re.compile("[A-Za-z0-9_~-]+")


# Steps back, and what a server may read as a slash or leave out.
_UNSURE = re.compile(r"/\.{1,2}(?=/|$)|//|%|;")


class TwimlHosts:
    """The app's own address, and the hosts of the settings."""

    def __init__(self, config: Settings) -> None:
        entries = config.guards.allowed_twiml_hosts
        self.has_every_host = "*" in entries
        pairs = (entry.partition(":") for entry in entries)
        self._allowed = {(host, int(port) if port else None) for host, _, port in pairs}
        own = Address.of(config.public_url)
        self._own = own.origin if own else None
        self._own_folder = own.path if own else ""
        self._has_local_stack = bool(config.local_stack_url)

    def require(self, url: str, field: str) -> None:
        """Raise NotAllowedError naming `field` for a document's URL on a host that is not allowed.

        A URL in its query counts as well: the app's own Twimlets lead on there. A relative one
        leads nowhere else. Raise InvalidRequestError for what might be read in two ways.
        """
        if self.has_every_host:
            return
        texts = [text.replace("\\", "/") for text in readings(url, field)]
        found = {origin for text in texts for origin in _HOST.findall(text)}
        origins = [Origin.of(*origin) for origin in found]
        if not all(self._is_own(origin) or self._is_listed(origin) for origin in origins):
            raise _elsewhere(field)
        if any(_ECHO.search(text) for text in texts):
            raise _unchecked(field)

    def function_of(self, url: str, field: str) -> str:
        """Return the function of this app that a URL leads to, in lower case; "" for another host.

        Raise NotAllowedError for a host that is not allowed, InvalidRequestError for an address of
        this app that Twilio has no business with, or that its host might read in another way.
        """
        if self.leads_elsewhere(url):
            raise _elsewhere(field)
        address = Address.of(url)
        path = self._own_path(address) if address else None
        if path is None and not (address and self._may_be_own(address)):
            return ""
        segments = (path or "").removeprefix("/").removesuffix("/").split("/")
        name = segments[-1].lower()
        is_plain = all(map(_SEGMENT.fullmatch, segments))
        if self.has_every_host:
            return name if is_plain else ""
        if name == ECHO.lower():
            raise _unchecked(field)
        if name.startswith(ASKED_BY_TWILIO) and is_plain:
            return name
        raise InvalidRequestError(
            f"`{field}` points to this app, but not to a function that Twilio may request. Use the "
            "plain function name, for example TwimlHello, without percent-encoding.",
            field=field,
        )

    def is_own(self, url: str) -> bool:
        """Whether a URL leads to this app, as a relative one does."""
        address = Address.of(url)
        return address is not None and self._own_path(address) is not None

    def leads_elsewhere(self, url: str) -> bool:
        """Whether a URL leads to a host that is not allowed, whatever its query holds."""
        if self.has_every_host or self.is_own(url):
            return False
        address = Address.of(url)
        return address is None or not self._is_listed(address.origin)

    def _own_path(self, address: Address) -> str | None:
        """The path of an address below PUBLIC_URL; None for one that is not there."""
        origin, path = address
        if origin is None and not path.startswith("/"):
            return path
        is_below = path.startswith(f"{self._own_folder}/")
        is_here = origin is None or self._is_own(origin)
        return path.removeprefix(self._own_folder) if is_here and is_below else None

    def _may_be_own(self, address: Address) -> bool:
        """Whether a server may read an address, or redirect it, as one of this app's folder."""
        origin, path = address
        if origin is None or self._own is None or origin.host != self._own.host:
            return False
        if not self._is_own(origin):  # http leads on to https, and the other way round
            return origin.is_default and self._own.is_default
        is_alike = path.lower().startswith(f"{self._own_folder}/".lower())
        return is_alike or bool(_UNSURE.search(path))

    def _is_own(self, origin: Origin | None) -> bool:
        if origin is None or self._own is None:
            return False
        is_here = _is_on_this_machine(origin) and _is_on_this_machine(self._own)
        return origin.port == self._own.port and (origin.host == self._own.host or is_here)

    def _is_listed(self, origin: Origin | None) -> bool:
        if origin is None:
            return False
        is_desk = self._has_local_stack and _is_on_this_machine(origin)
        ports = {origin.port, None} if origin.is_default else {origin.port}
        return is_desk or any((origin.host, port) in self._allowed for port in ports)


def _is_on_this_machine(origin: Origin) -> bool:
    host = f"[{origin.host}]" if ":" in origin.host else origin.host
    return is_loopback(f"http://{host}")


def _elsewhere(field: str) -> NotAllowedError:
    return NotAllowedError(
        f"`{field}` points to a host that this app may not get TwiML from. To allow it, add the "
        f"host name to {SETTING}, with the port if it isn't the default one.",
        setting=SETTING,
        field=field,
    )


def _unchecked(field: str) -> NotAllowedError:
    return NotAllowedError(
        f"`{field}` points to TwimlEcho, and the app can't check a document there. Send the "
        f"document as `twiml` instead, or allow every host: set {SETTING} to *.",
        setting=SETTING,
        field=field,
    )
