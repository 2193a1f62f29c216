"""The answers of functions: JSON, RFC 9457 problems and TwiML."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

import azure.functions as func

from shared.errors import AppError

if TYPE_CHECKING:
    from twilio.twiml import TwiML


def json_response(data: Mapping[str, object], *, status: int = 200) -> func.HttpResponse:
    """Answer with a JSON object, written in ASCII so that any text passes."""
    return func.HttpResponse(json.dumps(data), status_code=status, mimetype="application/json")


def problem_response(error: AppError) -> func.HttpResponse:
    """Answer with an error as RFC 9457 has it; `field` and `code` stand there where they apply."""
    problem: dict[str, object] = {
        "status": int(error.status),
        "title": error.title,
        "detail": error.detail,
    }
    if error.field is not None:
        problem["field"] = error.field
    if error.code is not None:
        problem["code"] = error.code
    return func.HttpResponse(
        json.dumps(problem), status_code=int(error.status), mimetype="application/problem+json"
    )


def twiml_response(document: "TwiML") -> func.HttpResponse:
    """Answer with a TwiML document."""
    return func.HttpResponse(str(document), mimetype="text/xml")
