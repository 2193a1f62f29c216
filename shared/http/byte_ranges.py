"""Responses with a file, or with the byte range that a player requests (RFC 9110, section 14)."""

import re
from http import HTTPStatus

import azure.functions as func

from shared.errors import RangeError
from shared.http.responses import problem_response

# `*+` doesn't backtrack. With a plain `*` on both sides of an optional number, 30 kB of spaces
# would take more than a second to reject.
_RANGE = re.compile(r"bytes\s*+=\s*+([0-9]{0,18})\s*+-\s*+([0-9]{0,18})", re.ASCII | re.IGNORECASE)


def file_response(
    req: func.HttpRequest, body: bytes, *, media_type: str, name: str, is_to_save: bool = False
) -> func.HttpResponse:
    """Respond with a file that only the caller may store: 200, 206 or 416.

    A browser shows or plays it, or saves it if `is_to_save`.
    """
    headers = {
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-store",
        "Content-Disposition": f'{"attachment" if is_to_save else "inline"}; filename="{name}"',
    }
    try:
        part = _wanted(req, len(body))
    except RangeError as error:
        response = problem_response(error)
        response.headers["Content-Range"] = f"bytes */{error.length}"
        return response
    status = HTTPStatus.OK
    if part is not None:
        status = HTTPStatus.PARTIAL_CONTENT
        headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{len(body)}"
        body = body[part.start : part.stop]
    return func.HttpResponse(body, status_code=status, mimetype=media_type, headers=headers)


def _wanted(req: func.HttpRequest, length: int) -> range | None:
    """Return the part that the Range header requests; None means the whole file.

    A server may send the whole file for several ranges at once and for a range with If-Range. Only
    GET has ranges.
    """
    match = _RANGE.fullmatch(req.headers.get("range", "").strip())
    if match is None or "if-range" in req.headers or req.method != "GET":
        return None
    first, last = match.groups()
    if not first and not last:
        return None
    if not first:
        start, stop = max(0, length - int(last)), length
    else:
        start, stop = int(first), min(int(last) + 1 if last else length, length)
        if last and int(last) < start:
            return None
    if start >= length:
        raise RangeError(length)
    return range(start, stop)
