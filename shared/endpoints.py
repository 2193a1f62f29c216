"""The decorators of the functions: here errors become HTTP answers and signatures are checked.

A decorated function presents `main(req: HttpRequest) -> HttpResponse`, because the runtime reads
its signature and its annotations. functools.wraps would show it those of the inner function.
"""

import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any

import azure.functions as func

from shared import clients
from shared.answers.redirection import Redirection
from shared.config.settings import Secret
from shared.errors import AppError
from shared.http.forms import require_readable
from shared.http.responses import (
    problem_response,
    redirect_response,
    twiml_response,
)
from shared.webhooks.verifier import Report, Webhook

if TYPE_CHECKING:
    from twilio.twiml import TwiML

log = logging.getLogger(__name__)

Endpoint = Callable[[func.HttpRequest], Coroutine[Any, Any, func.HttpResponse]]


def action(handler: Endpoint) -> Endpoint:
    """For functions that do something for the app's own callers.

    An AppError becomes its problem answer and one line in the log; any other error reaches the
    host, which answers 500 and logs the traceback.
    """

    async def main(req: func.HttpRequest) -> func.HttpResponse:
        try:
            require_readable(req.url)
            return await handler(req)
        except AppError as error:
            _log_error(handler.__module__, error)
            return problem_response(error)

    return _named_after(handler, main)


def question(handler: Endpoint) -> Endpoint:
    """For functions that tell the app's own callers something; errors are treated as in action."""
    return action(handler)


def answer(handler: Callable[[Webhook], Awaitable["TwiML | Redirection | str"]]) -> Endpoint:
    """For TwiML that only Twilio may fetch: the handler sees requests with a right signature.

    It returns a document, as the SDK builds it or as text, or the URL where the document is.
    """

    async def main(req: func.HttpRequest) -> func.HttpResponse:
        document = await handler(await _verified(req))
        if isinstance(document, Redirection):
            return redirect_response(_absolute(document, req.url))
        return twiml_response(document)

    return action(_named_after(handler, main))


def report(handler: Callable[[Webhook], Awaitable[None]]) -> Endpoint:
    """For what Twilio reports: signed like an answer, and answered with 204."""

    async def main(req: func.HttpRequest) -> func.HttpResponse:
        await handler(Report(*await _verified(req)))
        return func.HttpResponse(status_code=204)

    return action(_named_after(handler, main))


def fixed_answer(handler: Callable[[func.HttpRequest], Awaitable["TwiML"]]) -> Endpoint:
    """For TwiML that is the same for everybody, signed or not: built once, then repeated."""
    response: func.HttpResponse | None = None

    async def main(req: func.HttpRequest) -> func.HttpResponse:
        nonlocal response
        if response is None:
            response = twiml_response(await handler(req))
        return response

    return _named_after(handler, main)


def _absolute(redirection: Redirection, request_url: str) -> Redirection:
    """A function of this app by the URL under which Twilio knows it."""
    if "://" in redirection.location.partition("?")[0]:
        return redirection
    return Redirection(clients.public_urls().of_function(redirection.location, request_url))


async def _verified(req: func.HttpRequest) -> Webhook:
    config = clients.settings()
    # Where Twilio signs everything with a shared key, the auth token may be missing.
    needed = () if Secret.WEBHOOK_KEY in config.secrets else (Secret.AUTH_TOKEN,)
    config.require(*needed, public_url=True)
    return await clients.current().verifier().verify(req)


def _named_after(handler: Callable[..., object], main: Endpoint) -> Endpoint:
    """Copy name, module and docstring, never the annotations."""
    for attribute in ("__name__", "__qualname__", "__module__", "__doc__"):
        setattr(main, attribute, getattr(handler, attribute))
    return main


def _log_error(function: str, error: AppError) -> None:
    """One line without anything that the caller sent."""
    log.warning(
        "%s: %s status=%d code=%s %s",
        function.removeprefix("__app__."),
        type(error).__name__,
        error.status,
        error.code,
        error.log_text,
    )
