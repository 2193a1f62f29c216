"""Constants of the host and its supervisor. Keep it small: both import it first."""

from deskphone.ports import LOOPBACK

LOCAL_NAMES = frozenset({LOOPBACK, "localhost"})
REPORT_PATH = "/admin/local/report"
"""What the supervisor asks: the functions, and why others don't run. Azure has nothing like it."""
FINISH = b"finish\n"
"""On the host's standard input: stop listening, finish the requests in flight, then exit."""
