"""API keys (twilio.com/docs/iam/api-keys/key-resource-v1, in its form of the API of 2010)."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from deskphone.account.sids import new_sid
from deskphone.records import Key
from deskphone.rest import wire
from deskphone.rest.errors import TwilioRefusalError, not_found
from deskphone.rest.parameters import Parameters
from deskphone.rest.resource import UNNUMBERED, Resource
from deskphone.values import API_KEY_SECRET, API_KEY_SID

EMULATED = ("FriendlyName",)
NAME_LIMIT = 64
LIMIT = 1000
"""Keys that are kept; Twilio has a limit, whose number is not documented here."""
FRIENDLY_NAME = "Local stack"


@dataclass
class Keys(Resource[Key]):
    """Create, list, fetch, rename, delete. A new key works at once, a deleted one no more."""

    _keys: dict[str, Key] = field(default_factory=dict[str, Key], init=False)
    key = "keys"

    def __post_init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Return to the one key that is there from the start."""
        now = self.clock.now()
        first = Key(API_KEY_SID, API_KEY_SECRET, FRIENDLY_NAME, now, now)
        self._keys = {first.sid: first}

    def secret_of(self, sid: str) -> str | None:
        """Return the secret of a key, None when there is no such key."""
        found = self._keys.get(sid)
        return None if found is None else found.secret

    def create(self, parameters: Parameters) -> wire.Json:
        """Return the new key with its secret, which is shown this once."""
        name = self._name(parameters)
        if len(self._keys) >= LIMIT:
            raise TwilioRefusalError(UNNUMBERED, f"An account has at most {LIMIT} API keys here")
        now = self.clock.now()
        made = Key(new_sid("SK"), secrets.token_hex(16), name, now, now)
        self._keys[made.sid] = made
        return {**self.to_json(made), "secret": made.secret}

    def rows(self, parameters: Parameters) -> Sequence[Key]:
        return list(reversed(self._keys.values()))

    def to_json(self, row: Key) -> wire.Json:
        return wire.key(row)

    def found(self, sid: str) -> Key:
        found = self._keys.get(sid)
        if found is None:
            raise not_found(f"Keys/{sid}")
        return found

    def update(self, sid: str, parameters: Parameters) -> wire.Json:
        known = self.found(sid)
        name = self._name(parameters) or known.friendly_name
        changed = replace(known, friendly_name=name, updated=self.clock.now())
        self._keys[sid] = changed
        return self.to_json(changed)

    def delete(self, sid: str) -> None:
        del self._keys[self.found(sid).sid]

    def _name(self, parameters: Parameters) -> str:
        self.check(parameters, EMULATED, ())
        name = parameters.text("FriendlyName")
        if len(name) > NAME_LIMIT:
            raise TwilioRefusalError(UNNUMBERED, f"FriendlyName: at most {NAME_LIMIT} characters")
        return name
