"""Make access tokens, with which a browser registers at Twilio and places calls."""

import json
import logging
import re

from shared.browser_calls.api_key import ApiKey, current_key
from shared.browser_calls.errors import NotSetUpError
from shared.browser_calls.rates import TokenRates
from shared.clock import Clock
from shared.config.credentials import Credentials
from shared.config.settings import Settings
from shared.errors import ConfigurationError
from shared.guard_errors import NotAllowedError
from shared.live_settings.reader import LiveSettingsReader

# An identity may contain a phone number; logs never have all of one.
_NUMBER = re.compile("[0-9]{3,}(?=[0-9]{4})")

log = logging.getLogger(__name__)


class Tokens:
    """Gives tokens, unless sending is stopped."""

    def __init__(
        self,
        credentials: Credentials,
        live: LiveSettingsReader,
        rates: TokenRates,
        clock: Clock,
        config: Settings,
    ) -> None:
        self._credentials = credentials
        self._live = live
        self._rates = rates
        self._clock = clock
        self._config = config

    async def issue(self, identity: str) -> dict[str, object]:
        """Return `token`, `identity` and `expires_in`, the token's lifetime in seconds.

        The token is for incoming calls and, with TWILIO_TWIML_APP_SID, for outgoing ones. Nothing
        but deleting the API key ends it sooner. Raise NotAllowedError while sending is stopped,
        NotSetUpError without an API key, VaultError, LimitReachedError or LedgerError.
        """
        stop = (await self._live.in_force()).stop
        if stop:
            raise NotAllowedError(stop.detail, setting=stop.name)
        try:
            key = await current_key(self._credentials)
        except ConfigurationError as error:
            raise NotSetUpError(error.detail) from error
        await self._rates.take(identity)
        token = self._signed(identity, key)
        lifetime_s, app_sid = self._config.client_token_s, self._config.twiml_app_sid
        record = {
            "audit": "client token",
            "identity": _NUMBER.sub("...", identity),
            "expires_in": lifetime_s,
            "outgoing": bool(app_sid),
        }
        log.info("%s", json.dumps(record))
        return {"token": token, "identity": identity, "expires_in": lifetime_s}

    def _signed(self, identity: str, key: ApiKey) -> str:
        from twilio.jwt.access_token import AccessToken  # 0.1 s, because of cryptography
        from twilio.jwt.access_token.grants import VoiceGrant

        now = int(self._clock.now().timestamp())
        token = AccessToken(
            *key,
            identity=identity,
            nbf=now,
            valid_until=now + self._config.client_token_s,
            region=self._config.twilio_region or None,
        )
        app_sid = self._config.twiml_app_sid or None
        token.add_grant(VoiceGrant(incoming_allow=True, outgoing_application_sid=app_sid))
        return token.to_jwt()
