"""Constants of the host and its supervisor. Keep it small: both import it first."""

from deskphone.ports import LOOPBACK

LOCAL_NAMES = frozenset({LOOPBACK, "localhost"})
STATUS_PATH = "/admin/host/status"
FINISH = b"finish\n"
"""On the host's standard input: stop listening, finish the requests in flight, then exit."""
