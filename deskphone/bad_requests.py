"""Requests that are not HTTP are answered without a traceback, which would quote them."""

import logging


def keep_quiet_about_bad_requests() -> None:
    """Leave them out of the log of all servers in this process."""
    logging.getLogger("aiohttp.server").addFilter(_is_no_bad_request)


def _is_no_bad_request(record: logging.LogRecord) -> bool:
    from aiohttp.http import HttpProcessingError
    from aiohttp.web_protocol import RequestPayloadError

    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, (HttpProcessingError, RequestPayloadError))
