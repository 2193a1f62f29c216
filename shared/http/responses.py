"""HTTP responses: JSON, RFC 9457 problems, and sounds."""

import hashlib
import json
from collections.abc import Mapping
from http import HTTPStatus

import azure.functions as func

from shared.errors import (
    AppError,
    ForgedRequestError,
    NotHealthyError,
    TwilioOutcomeUnknownError,
)


def json_response(
    data: Mapping[str, object], *, status: int = 200, headers: Mapping[str, str] | None = None
) -> func.HttpResponse:
    """Return a JSON object as a response, in ASCII so that any text is safe."""
    return func.HttpResponse(
        json.dumps(data),
        status_code=status,
        headers=dict(headers or {}),
        mimetype="application/json",
    )


def problem_response(error: AppError) -> func.HttpResponse:
    """Return an error as an RFC 9457 problem, with `field` and `code` where they apply.

    The extension `outcome` is "unknown" if the request may have been carried out. `signature` says
    what a rejected signature was checked against, by name. An unhealthy app adds what a healthy
    one reports about itself.

    The response is not cacheable. Without a header that says so, caches may store a 404.
    """
    problem: dict[str, object] = {
        "status": int(error.status),
        "title": error.title,
        "detail": error.detail,
    }
    if error.field is not None:
        problem["field"] = error.field
    if error.code is not None:
        problem["code"] = error.code
    if isinstance(error, TwilioOutcomeUnknownError):
        problem["outcome"] = "unknown"
    if isinstance(error, ForgedRequestError):
        problem["signature"] = error.signature
    if isinstance(error, NotHealthyError):
        problem.update(error.about)
    headers = {"Cache-Control": "no-store"}
    if error.retry_after_s is not None:
        headers["Retry-After"] = str(error.retry_after_s)
    return func.HttpResponse(
        json.dumps(problem),
        status_code=int(error.status),
        headers=headers,
        mimetype="application/problem+json",
    )


def sound_response(req: func.HttpRequest, sound: bytes, *, max_age_s: int) -> func.HttpResponse:
    """Return a WAV file, cacheable for `max_age_s` seconds; 304 if the caller's copy is current.

    Twilio requests a sound each time it plays it, and caches it by its ETag. Source: <Play>.
    """
    etag = f'"{hashlib.sha256(sound).hexdigest()}"'
    headers = {"Cache-Control": f"public, max-age={max_age_s}", "ETag": etag}
    # The headers of a 304 replace the cached ones, so it needs the media type too.
    is_kept = etag in req.headers.get("if-none-match", "")
    return func.HttpResponse(
        None if is_kept else sound,
        status_code=int(HTTPStatus.NOT_MODIFIED if is_kept else HTTPStatus.OK),
        mimetype="audio/wav",
        headers=headers,
    )
