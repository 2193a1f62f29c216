"""API keys (twilio.com/docs/iam/api-keys/key-resource-v1, as in the 2010 API)."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace

from deskphone.account.account import Account
from deskphone.account.store import new_sid
from deskphone.clock import rfc_2822
from deskphone.records.key import Key
from deskphone.rest.errors import UNNUMBERED, TwilioRefusalError, not_found
from deskphone.rest.parameters import Parameters
from deskphone.rest.resource import Json, Resource

EMULATED = ("FriendlyName",)
LIMIT = 1000
"""The number of keys to keep. Twilio has a limit too, but doesn't document it."""


@dataclass
class KeysResource(Resource[Key]):
    """Create, list, fetch, rename, delete. Changes take effect immediately."""

    account: Account
    key = "keys"

    def create(self, parameters: Parameters) -> Json:
        """Return the new key with its secret, which is shown only once."""
        name = self._name(parameters)
        if len(self.account.keys) >= LIMIT:
            raise TwilioRefusalError(UNNUMBERED, f"This emulator allows at most {LIMIT} API keys")
        now = self.clock.now()
        secret, serial = secrets.token_hex(16), self.store.new_serial()
        made = Key(new_sid("SK"), secret, name, now, now, serial)
        self.account.keys[made.sid] = made
        return {**self.to_json(made), "secret": made.secret}

    def rows(self, parameters: Parameters) -> Sequence[Key]:
        return list(reversed(self.account.keys.values()))

    def serial(self, row: Key) -> int:
        return row.serial

    def to_json(self, row: Key) -> Json:
        """Return the Key resource (twilio.com/docs/iam/api-keys/key-resource-v1)."""
        return {
            "sid": row.sid,
            "friendly_name": row.friendly_name,
            "date_created": rfc_2822(row.created),
            "date_updated": rfc_2822(row.updated),
        }

    def found(self, sid: str) -> Key:
        found = self.account.keys.get(sid)
        if found is None:
            raise not_found(f"Keys/{sid}")
        return found

    def update(self, sid: str, parameters: Parameters) -> Json:
        known = self.found(sid)
        name = self._name(parameters) or known.friendly_name
        changed = replace(known, friendly_name=name, updated=self.clock.now())
        self.account.keys[sid] = changed
        return self.to_json(changed)

    def delete(self, sid: str) -> None:
        del self.account.keys[self.found(sid).sid]

    def _name(self, parameters: Parameters) -> str:
        parameters.check(EMULATED)
        return parameters.friendly_name()
