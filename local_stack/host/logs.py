"""Log the functions' records to standard error, one line each."""

import logging

from deskphone.bad_requests import silence_bad_request_logs


class LineFormatter(logging.Formatter):
    """Keeps a message on one line; only tracebacks are longer."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%H:%M:%S")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the library's name
        """Return the line, with the message's line breaks escaped."""
        if record.name != "host":  # the host's own messages may carry a traceback
            record.message = record.message.replace("\r", "\\r").replace("\n", "\\n")
        return super().formatMessage(record)


def configure_logging() -> None:
    """Send everything from INFO up to standard error, like the Functions host."""
    handler = logging.StreamHandler()
    handler.setFormatter(LineFormatter())
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    silence_bad_request_logs()
