"""What the host and its supervisor agree on. Light: both import it before anything else."""

from deskphone.ports import LOOPBACK

LOCAL_NAMES = frozenset({LOOPBACK, "localhost"})
STATUS_PATH = "/admin/host/status"
FINISH = b"finish\n"
"""On the host's standard input: listen no more, finish what is in flight, then end."""
