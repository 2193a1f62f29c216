"""The error of a request that never reaches a function."""


class RequestRefusedError(Exception):
    """The server rejects a request with `status`; usually the connection closes after it."""

    def __init__(self, status: int, reason: str, *, closes: bool = True) -> None:
        super().__init__(reason)
        self.status = status
        self.closes = closes
