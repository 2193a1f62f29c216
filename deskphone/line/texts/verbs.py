"""Message, Sms and Redirect: the verbs for incoming texts (twilio.com/docs/messaging/twiml)."""

from dataclasses import dataclass

from deskphone.line.texts.replies import Reply, read_numbers
from deskphone.twiml import coverage
from deskphone.twiml.document import Dialect
from deskphone.twiml.source import Source


def read_message(source: Source) -> Reply:
    """Read a <Message>, or an <Sms>, its old name."""
    parts = source.children("Body", "Media")
    bodies = [part.own_text() for part in parts if part.name == "Body"]
    media = [part.text() for part in parts if part.name == "Media"]
    for part in parts:
        part.finish()
    text = "".join(bodies) if bodies else source.own_text()
    to, sender = read_numbers(source)
    return Reply(
        body=text.strip(),
        media=tuple(url for url in media if url),
        to=to,
        sender=sender,
        status_callback=source.value("statusCallback"),
        action=source.value("action"),
        method=source.method("method", 14104),
    )


@dataclass(frozen=True)
class RedirectText:
    """Continue with the document at a URL; the verbs after it don't run."""

    url: str
    method: str

    @classmethod
    def read(cls, source: Source) -> "RedirectText":
        return cls(source.text(), source.method("method", 14104))


MESSAGING: Dialect[Reply | RedirectText] = Dialect(
    verbs={"Message": read_message, "Sms": read_message, "Redirect": RedirectText.read},
    elements=coverage.MESSAGING,
    unknown_verb=14110,
)
