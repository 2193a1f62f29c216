"""Where the host is and by which names it is called. Light: the supervisor imports it too."""

LOOPBACK = "127.0.0.1"
LOCAL_NAMES = frozenset({LOOPBACK, "localhost"})
STATUS_PATH = "/admin/host/status"
