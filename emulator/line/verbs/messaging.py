"""Message and Redirect: the answer to an incoming text (twilio.com/docs/messaging/twiml)."""

from dataclasses import dataclass

from emulator.line.reading import Source


@dataclass(frozen=True)
class Message:
    """One reply.

    `to` and `sender` are empty for the person who wrote and the number that got the text.
    """

    body: str
    media: tuple[str, ...]
    to: str
    sender: str
    status_callback: str

    @classmethod
    def read(cls, source: Source) -> "Message":
        bodies = [child for child in source.element if child.tag == "Body"]
        text = (
            "".join(child.text or "" for child in bodies) if bodies else source.element.text or ""
        )
        media = [(child.text or "").strip() for child in source.element if child.tag == "Media"]
        return cls(
            body=text.strip(),
            media=tuple(url for url in media if url),
            to=source.value("to"),
            sender=source.value("from"),
            status_callback=source.value("statusCallback"),
        )


@dataclass(frozen=True)
class RedirectText:
    """Go on with the document at a URL; what stands after it is not reached."""

    url: str
    method: str

    @classmethod
    def read(cls, source: Source) -> "RedirectText":
        return cls(source.text(), source.one_of("method", ("GET", "POST"), "POST", 14104))
