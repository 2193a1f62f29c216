"""Which hosts the documents of a call may come from.

A document decides whom a call dials and texts, so one that comes from anywhere would be a way
around every other guard.
"""

import re
from urllib.parse import unquote, urlsplit

from shared.config.local_stack import is_loopback
from shared.config.settings import Settings
from shared.guard_errors import NotAllowedError

SETTING = "ALLOWED_TWIML_HOSTS"
# The function that answers with whatever its own address holds.
ECHO = "twimlecho"
# A Twimlet's next step may stand in its query, and the next one in that.
MAX_ROUNDS = 20

_HOST = re.compile(r"(?:https?:)?//([^/?#&\s\"'<>\\]*)", re.IGNORECASE)


class TwimlHosts:
    """The app's own host, and those of the settings."""

    def __init__(self, config: Settings) -> None:
        self._allowed = config.guards.allowed_twiml_hosts | {_host_of(config.public_url)}
        self._has_every_host = "*" in config.guards.allowed_twiml_hosts
        self._has_local_stack = bool(config.local_stack_url)

    def require(self, url: str, field: str) -> None:
        """Raise NotAllowedError naming `field` for a document's URL on a host that is not allowed.

        A URL in its query counts as well: the app's own Twimlets lead on there. A relative one
        leads nowhere else.
        """
        if self._has_every_host:
            return
        texts = _decoded(url)
        hosts = {_host_of(f"//{found}") for text in texts for found in _HOST.findall(text)}
        is_readable = unquote(texts[-1]) == texts[-1]
        if not (is_readable and all(self._is_allowed(host) for host in hosts)):
            raise NotAllowedError(
                f"`{field}` leads to a host that this app takes no documents from. If it is meant, "
                f"add its name to the setting {SETTING}.",
                setting=SETTING,
                field=field,
            )
        if any(_is_echo(text) for text in texts):
            raise NotAllowedError(
                f"`{field}` leads to TwimlEcho, whose document nobody would have checked. Give the "
                f"document as `twiml`, or allow every host with the setting {SETTING}.",
                setting=SETTING,
                field=field,
            )

    def _is_allowed(self, host: str) -> bool:
        is_desk = self._has_local_stack and is_loopback(f"http://{host}")
        return host in self._allowed or is_desk


def _decoded(url: str) -> list[str]:
    """The URL, and what its parts are once they are decoded, again and again.

    As browsers read one: a backslash is a slash, and tabs and ends of lines are nothing.
    """
    texts = [_plain(url)]
    while len(texts) <= MAX_ROUNDS and unquote(texts[-1]) != texts[-1]:
        texts.append(_plain(unquote(texts[-1])))
    return texts


def _plain(url: str) -> str:
    return re.sub(r"[\t\r\n]", "", url).replace("\\", "/")


def _is_echo(text: str) -> bool:
    return re.search(rf"\b{ECHO}\b", text, re.IGNORECASE) is not None


def _host_of(url: str) -> str:
    """The host's name in lower case, "" where there is none."""
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""
