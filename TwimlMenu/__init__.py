"""GET or POST /api/TwimlMenu?Message=...&Options[1]=...: a menu. Signed by Twilio."""

from twilio.twiml import TwiML

from shared import clients
from shared.answers.menu import Menu, menu
from shared.answers.redirection import Redirection
from shared.endpoints import answer
from shared.webhooks.callers import refusal
from shared.webhooks.verifier import Webhook


@answer
async def main(req: Webhook) -> TwiML | Redirection:
    """Say `Message` and redirect to the option for the keys pressed."""
    # Check the caller first: after the redirect, Twilio no longer says who is calling.
    wanted, digits = Menu.from_query(req.query), req.steering("Digits") or ""
    return refusal(req, clients.current().settings) or menu(wanted, digits)
