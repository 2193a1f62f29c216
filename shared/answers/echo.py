"""TwimlEcho: answer with the TwiML that the query holds, like twimlets.com/echo."""

from twilio.twiml import TwiML

from shared.answers.spoken import apology

PARAMETER = "Twiml"


def echo(document: str | None, refusal: str = "") -> TwiML | str:
    """The document as it is, to the last blank; an apology for a blank one, and for a refused one.

    `refusal` ends the sentence of the apology.
    """
    if document is None or not document.strip():
        return apology(f"the parameter {PARAMETER} is missing")
    return apology(refusal) if refusal else document
