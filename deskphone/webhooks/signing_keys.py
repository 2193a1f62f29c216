"""Which key signs a webhook: its number's shared key, or the account's auth token.

Twilio chooses by the webhook's URL (twilio.com/docs/usage/webhooks/webhook-rules). Here, the number
decides for all webhooks of its texts, calls and conferences.
"""

from collections.abc import Callable

from deskphone.account.store import Store
from deskphone.values import SHARED_KEY_SID
from deskphone.webhooks.signing import SigningKey


class SigningKeys:
    """Finds the key for each webhook."""

    def __init__(self, store: Store, auth_token: Callable[[], str]) -> None:
        """`auth_token` returns the account's current one."""
        self._store = store
        self._auth_token = auth_token

    def of(self, resource_sid: str) -> SigningKey:
        """Return the key for a webhook of a text, call or conference."""
        number = self._store.number(self._number_of(resource_sid))
        if number is not None and number.shared_key:
            return SigningKey(number.shared_key, SHARED_KEY_SID)
        return SigningKey(self._auth_token())

    def _number_of(self, sid: str) -> str:
        """Return the account's number in a text, call or conference, or "" if there is none.

        A dialed call belongs to the number of the call that dialed it.
        """
        message = self._store.messages.get(sid)
        if message is not None:
            return message.to if message.direction == "inbound" else message.sender or ""
        conference = self._store.conferences.get(sid)
        call = self._store.calls.get(conference.call_sid if conference is not None else sid)
        while call is not None and call.parent_call_sid is not None:
            call = self._store.calls.get(call.parent_call_sid)
        if call is None:
            return ""
        return call.to if call.direction == "inbound" else call.sender
