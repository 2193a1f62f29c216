"""The answers of functions: JSON, RFC 9457 problems and sounds."""

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
    """Answer with a JSON object, written in ASCII so that any text passes."""
    return func.HttpResponse(
        json.dumps(data),
        status_code=status,
        headers=dict(headers or {}),
        mimetype="application/json",
    )


def problem_response(error: AppError) -> func.HttpResponse:
    """Answer with an error as RFC 9457 has it; `field` and `code` stand there where they apply.

    The extension `outcome` has one value, unknown: what was asked for may have been done.
    `signature` is what a refused signature was checked with, by names. An unhealthy app tells about
    itself what a healthy one does.

    Nobody may keep it: without a word about that, a 404 may be kept, and told to others.
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
    """Answer with a WAV file that anybody may keep for `max_age_s` seconds; 304 to who still does.

    Twilio asks anew each time it plays a sound, and keeps what has an ETag. Source: <Play>.
    """
    etag = f'"{hashlib.sha256(sound).hexdigest()}"'
    headers = {"Cache-Control": f"public, max-age={max_age_s}", "ETag": etag}
    # The headers of a 304 replace those that are kept, so it has the type of the sound as well.
    is_kept = etag in req.headers.get("if-none-match", "")
    return func.HttpResponse(
        None if is_kept else sound,
        status_code=int(HTTPStatus.NOT_MODIFIED if is_kept else HTTPStatus.OK),
        mimetype="audio/wav",
        headers=headers,
    )
