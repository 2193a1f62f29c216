"""TwimlEcho: return the TwiML in the query, like twimlets.com/echo."""

from twilio.twiml import TwiML

from shared.answers.spoken import apology

PARAMETER = "Twiml"


def echo(document: str | None, refusal: str = "") -> TwiML | str:
    """Return the document unchanged, or an apology if it is blank or there is a `refusal`.

    `refusal` is the end of the apology's sentence.
    """
    if document is None or not document.strip():
        return apology(f"the parameter {PARAMETER} is missing")
    return apology(refusal) if refusal else document
