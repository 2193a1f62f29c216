"""Call messages (twilio.com/docs/voice/api/userdefinedmessage-resource, and its subscriptions)."""

import json
from dataclasses import dataclass

from deskphone.browser.messages import (
    CONTENT_LIMIT,
    SUBSCRIPTIONS_LIMIT,
    CallMessages,
    Subscription,
)
from deskphone.clock import rfc_2822
from deskphone.records.addresses import ACCOUNT_PATH
from deskphone.records.call import Call
from deskphone.rest.errors import UNNUMBERED, TwilioRefusalError, not_found
from deskphone.rest.parameters import Parameters
from deskphone.rest.resource import Json, Resource
from deskphone.values import ACCOUNT_SID

MESSAGE = ("Content", "IdempotencyKey")
SUBSCRIPTION = ("Callback", "Method", "IdempotencyKey")


@dataclass
class UserDefinedMessagesResource(Resource[Call]):
    """Send a message to the page of a call. Each request counts, whatever its IdempotencyKey."""

    call_sid: str
    messages: CallMessages

    def create(self, parameters: Parameters) -> Json:
        parameters.check(MESSAGE)
        content = _content(parameters.text("Content"))
        if not self.messages.can_reach(self.call_sid):
            message = (
                f"No browser is in the call {self.call_sid}. Only the Voice SDK gets messages."
            )
            raise TwilioRefusalError(UNNUMBERED, message)
        return {
            "account_sid": ACCOUNT_SID,
            "call_sid": self.call_sid,
            "date_created": rfc_2822(self.clock.now()),
            "sid": self.messages.send(self.call_sid, content),
        }


@dataclass
class UserDefinedMessageSubscriptionsResource(Resource[Call]):
    """Subscribe to the messages of a call's page; delete the subscription."""

    call_sid: str
    messages: CallMessages

    def create(self, parameters: Parameters) -> Json:
        parameters.check(SUBSCRIPTION)
        url = parameters.url("Callback", UNNUMBERED)
        if not url:
            raise TwilioRefusalError(UNNUMBERED, "Callback is required")
        method = parameters.method("Method", UNNUMBERED)
        if len(self.messages.of_call(self.call_sid)) >= SUBSCRIPTIONS_LIMIT:
            message = f"This emulator allows at most {SUBSCRIPTIONS_LIMIT} subscriptions per call"
            raise TwilioRefusalError(UNNUMBERED, message)
        made = self.messages.subscribe(self.call_sid, url, method)
        path = f"{ACCOUNT_PATH}/Calls/{self.call_sid}/UserDefinedMessageSubscriptions"
        return {
            "account_sid": ACCOUNT_SID,
            "call_sid": self.call_sid,
            "date_created": rfc_2822(self.clock.now()),
            "sid": made.sid,
            "uri": f"{path}/{made.sid}.json",
        }

    def delete(self, sid: str) -> None:
        self.messages.unsubscribe(self._subscription(sid))

    def _subscription(self, sid: str) -> Subscription:
        subscriptions = self.messages.of_call(self.call_sid)
        found = next((one for one in subscriptions if one.sid == sid), None)
        if found is None:
            raise not_found(f"Calls/{self.call_sid}/UserDefinedMessageSubscriptions/{sid}")
        return found


def _content(text: str) -> object:
    """Return the JSON of a message for the page."""
    if len(text.encode()) > CONTENT_LIMIT:
        message = f"Content must have at most {CONTENT_LIMIT} bytes"
        raise TwilioRefusalError(UNNUMBERED, message)
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise TwilioRefusalError(UNNUMBERED, "Content must be JSON") from error
