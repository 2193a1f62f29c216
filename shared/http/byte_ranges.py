"""Answers with a file, or with the part of it that a player asks for (RFC 9110, section 14)."""

import re
from http import HTTPStatus

import azure.functions as func

from shared.errors import RangeError
from shared.http.responses import problem_response

# A `*+` gives back no blank that it has taken: with a bare `*` on both sides of a number that may
# be missing, 30 kB of blanks take more than a second to refuse.
_RANGE = re.compile(r"bytes\s*+=\s*+([0-9]{0,18})\s*+-\s*+([0-9]{0,18})", re.ASCII | re.IGNORECASE)


def file_response(
    req: func.HttpRequest, body: bytes, *, media_type: str, name: str
) -> func.HttpResponse:
    """Answer with a file that nobody but the caller may keep: 200, 206 or 416."""
    headers = {
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-store",
        "Content-Disposition": f'inline; filename="{name}"',
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
    """The part that the header Range asks for; None stands for the whole file.

    Several parts at once, and a range that depends on If-Range, may be answered with the file.
    """
    match = _RANGE.fullmatch(req.headers.get("range", "").strip())
    if match is None or "if-range" in req.headers:
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
