"""The Media and Feedback of a message (twilio.com/docs/messaging/api/media-resource)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from deskphone.clock import rfc_2822
from deskphone.records.addresses import ACCOUNT_PATH
from deskphone.records.message import Media, Message
from deskphone.rest.errors import UNNUMBERED, TwilioRefusalError, not_found
from deskphone.rest.parameters import Parameters
from deskphone.rest.resource import Content, Json, Resource, by_date
from deskphone.values import ACCOUNT_SID

OUTCOMES = ("confirmed", "unconfirmed")


@dataclass
class MediaResource(Resource[Media]):
    """List, fetch, delete; the file itself stays at the sender's URL."""

    message: Message
    key = "media_list"
    newest_first = False
    filters = ("DateCreated", "DateCreated<", "DateCreated>")

    def rows(self, parameters: Parameters) -> Sequence[Media]:
        if by_date(parameters, "DateCreated")(self.message.created):
            return self.message.media
        return ()

    def serial(self, row: Media) -> int:
        return row.serial

    def found(self, sid: str) -> Media:
        media = next((media for media in self.message.media if media.sid == sid), None)
        if media is None:
            raise not_found(f"Messages/{self.message.sid}/Media/{sid}")
        return media

    def to_json(self, row: Media) -> Json:
        message = self.message
        return {
            "account_sid": ACCOUNT_SID,
            "content_type": row.content_type,
            "date_created": rfc_2822(message.created),
            "date_updated": rfc_2822(message.created),
            "parent_sid": message.sid,
            "sid": row.sid,
            "uri": f"{ACCOUNT_PATH}/Messages/{message.sid}/Media/{row.sid}.json",
        }

    def delete(self, sid: str) -> None:
        gone = self.found(sid)
        left = tuple(media for media in self.message.media if media != gone)
        self.store.messages.put(replace(self.message, media=left, updated=self.clock.now()))

    def content(self, name: str, parameters: Parameters) -> Content:
        parameters.check(())
        return Content(location=self.found(name).url)


@dataclass
class FeedbackResource(Resource[Media]):
    """Accepts feedback on a message's outcome, which has no further effect."""

    message: Message
    created_status = 200

    def create(self, parameters: Parameters) -> Json:
        parameters.check(("Outcome",))
        outcome = parameters.text("Outcome") or "confirmed"
        if outcome not in OUTCOMES:
            raise TwilioRefusalError(UNNUMBERED, f"Outcome must be one of {', '.join(OUTCOMES)}")
        now = rfc_2822(self.clock.now())
        return {
            "account_sid": ACCOUNT_SID,
            "date_created": now,
            "date_updated": now,
            "message_sid": self.message.sid,
            "outcome": outcome,
            "uri": f"{ACCOUNT_PATH}/Messages/{self.message.sid}/Feedback.json",
        }
