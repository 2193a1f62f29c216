"""Decorators for the functions: turn errors into HTTP responses and check signatures.

A decorated function has the signature `main(req: HttpRequest) -> HttpResponse`, which the runtime
reads with its annotations. functools.wraps would expose those of the inner function instead.
"""

import logging
import os
from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any

import azure.functions as func

from shared import clients
from shared.answers import notes
from shared.answers.redirection import Redirection
from shared.config.settings import Settings
from shared.errors import AppError, ConfigurationError
from shared.http.line_limit import MAX_IN_FULL
from shared.http.request_parts import MAX_URL_CHARS, UrlTooLongError
from shared.http.responses import problem_response
from shared.webhooks.verifier import OUTGOING, Webhook

if TYPE_CHECKING:
    from twilio.twiml import TwiML

log = logging.getLogger(__name__)

Endpoint = Callable[[func.HttpRequest], Coroutine[Any, Any, func.HttpResponse]]

COPIED_FROM_HTML = (
    "%s: the URL was copied from HTML. Replace each &amp; in it with &, or the query parameters "
    "after them are ignored."
)


def report_malformed_settings() -> None:
    """Log which settings are malformed, when a worker starts and not only at its first request."""
    try:
        Settings.from_mapping(os.environ)
    except ConfigurationError as error:
        log.critical("Every request will fail: %s", error.log_text)


# Azure runs no code of an app at the start of a worker, except for the import of its functions.
report_malformed_settings()


def action(handler: Endpoint) -> Endpoint:
    """Decorate a function for the app's own callers, who have a function key.

    Turn an AppError into a problem response and one log line. Let any other error reach the host,
    which responds with 500 and logs the traceback.
    """
    return _answering_errors(handler, _log_error)


def public(handler: Endpoint) -> Endpoint:
    """Work like `action`, for functions without a key: log only a few of many bad requests."""
    return _answering_errors(handler, _log_refusal)


def _answering_errors(handler: Endpoint, log_error: Callable[[str, AppError], None]) -> Endpoint:
    async def main(req: func.HttpRequest) -> func.HttpResponse:
        try:
            if len(req.url) > MAX_URL_CHARS:
                raise UrlTooLongError(len(req.url))
            with notes.of_one_request():
                response = await handler(req)
        except AppError as error:
            log_error(_plain(handler.__module__), error)
            response = problem_response(error)
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    return _named_after(handler, main)


def answer(handler: Callable[[Webhook], Awaitable["TwiML | Redirection | str"]]) -> Endpoint:
    """Decorate a function that returns TwiML to Twilio: verify the signature, then call it.

    The handler returns a document, as an SDK object or as text, or a redirection to one.
    """

    async def main(req: func.HttpRequest) -> func.HttpResponse:
        webhook = await _verified(req)
        if "&amp;" in req.url:
            notes.note(log, COPIED_FROM_HTML, _plain(handler.__module__))
        document = await handler(webhook)
        if OUTGOING in webhook.denying("Direction"):
            from shared.webhooks.own_calls import kept_inside

            hosts = clients.current().twiml_hosts
            document = kept_inside(document, hosts, _plain(handler.__module__))
        if isinstance(document, Redirection):
            # Twilio requests the new URL by GET, without the fields that it posted here.
            headers = {"Location": _absolute(document.location, req.url)}
            return func.HttpResponse(status_code=302, headers=headers)
        return func.HttpResponse(str(document), mimetype="text/xml")

    return public(_named_after(handler, main))


def report(handler: Callable[[Webhook], Awaitable[None]]) -> Endpoint:
    """Decorate a function that takes a report from Twilio: verify it, then respond with 204."""

    async def main(req: func.HttpRequest) -> func.HttpResponse:
        await handler(await _verified(req))
        return func.HttpResponse(status_code=204)

    return public(_named_after(handler, main))


def _absolute(location: str, request_url: str) -> str:
    """Return the public URL of one of this app's functions; leave an absolute URL unchanged."""
    if "://" in location.partition("?")[0]:
        return location
    return clients.current().public_urls.of_function(location, request_url)


async def _verified(req: func.HttpRequest) -> Webhook:
    return await clients.current().verifier.verify(req)


def _named_after(handler: Callable[..., object], main: Endpoint) -> Endpoint:
    """Copy name, module and docstring, but not the annotations."""
    for attribute in ("__name__", "__qualname__", "__module__", "__doc__"):
        setattr(main, attribute, getattr(handler, attribute))
    return main


def _log_refusal(function: str, error: AppError) -> None:
    """Log only some of many refusals: anyone can cause them, and Azure caps a day's log."""
    count = clients.refusals().count(function, type(error).__name__)
    if count:
        note = f" ({count} within 15 minutes)" if count > MAX_IN_FULL else ""
        _log_error(function, error, note)


def _log_error(function: str, error: AppError, note: str = "") -> None:
    """Log one line, without anything that the caller sent."""
    log.warning(
        "%s: %s status=%d code=%s %s%s",
        function,
        type(error).__name__,
        error.status,
        error.code,
        error.log_text,
        note,
    )


def _plain(module: str) -> str:
    """Return a function's name without the package that the host puts it in."""
    return module.removeprefix("__app__.")
