"""TwimlEcho: answer with the TwiML that the query holds, like twimlets.com/echo."""

from twilio.twiml import TwiML

from shared.answers.spoken import apology


def echo(document: str | None) -> TwiML | str:
    """The document as it is: what is wrong with it, Twilio says best. Blank, it is an apology."""
    if document is None or not document.strip():
        return apology("the parameter Twiml is missing")
    return document
