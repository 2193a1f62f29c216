"""The Media and Feedback of a message (twilio.com/docs/messaging/api/media-resource)."""

import mimetypes
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from deskphone.account.sids import new_sid
from deskphone.records import Media, Message
from deskphone.rest import wire
from deskphone.rest.errors import TwilioRefusalError, not_found
from deskphone.rest.parameters import Parameters
from deskphone.rest.resource import UNNUMBERED, Content, Resource, by_date
from deskphone.values import ACCOUNT_SID

OUTCOMES = ("confirmed", "unconfirmed")


def media_at(urls: Iterable[str]) -> tuple[Media, ...]:
    """Return new media; their types are guessed by their names, for nothing is fetched."""
    return tuple(
        Media(new_sid("ME"), url, mimetypes.guess_type(url)[0] or "image/jpeg") for url in urls
    )


def url_of(emulator_url: str, message: Message, media: Media) -> str:
    """Return where Twilio's API has the file of a message."""
    return f"{emulator_url}{wire.ACCOUNT_PATH}/Messages/{message.sid}/Media/{media.sid}"


@dataclass
class MessageMedia(Resource[Media]):
    """List, fetch, delete; the file itself is where the sender has it."""

    message: Message
    key = "media_list"
    filters = ("DateCreated", "DateCreated<", "DateCreated>")

    def rows(self, parameters: Parameters) -> Sequence[Media]:
        if by_date(parameters, "DateCreated")(self.message.created):
            return self.message.media
        return ()

    def found(self, sid: str) -> Media:
        media = next((media for media in self.message.media if media.sid == sid), None)
        if media is None:
            raise not_found(f"Messages/{self.message.sid}/Media/{sid}")
        return media

    def to_json(self, row: Media) -> wire.Json:
        return wire.media(self.message, row)

    def delete(self, sid: str) -> None:
        gone = self.found(sid)
        left = tuple(media for media in self.message.media if media != gone)
        self.store.messages.put(replace(self.message, media=left, updated=self.clock.now()))

    def content(self, name: str) -> Content:
        return Content(location=self.found(name).url)


@dataclass
class MessageFeedback(Resource[Media]):
    """Takes note of whether a message had the effect that it should; nothing else comes of it."""

    message: Message
    created_status = 200

    def create(self, parameters: Parameters) -> wire.Json:
        self.check(parameters, ("Outcome",), ())
        outcome = parameters.text("Outcome") or "confirmed"
        if outcome not in OUTCOMES:
            raise TwilioRefusalError(UNNUMBERED, f"Outcome must be of {', '.join(OUTCOMES)}")
        now = wire.rfc_2822(self.clock.now())
        return {
            "account_sid": ACCOUNT_SID,
            "date_created": now,
            "date_updated": now,
            "message_sid": self.message.sid,
            "outcome": outcome,
            "uri": f"{wire.ACCOUNT_PATH}/Messages/{self.message.sid}/Feedback.json",
        }
