"""The fault `vault rotated`: another auth token at Twilio, in its signatures and in the vault."""

from deskphone.account.account import Account
from deskphone.faults.faults import Faults
from local_stack.azure.stand_ins import Azure
from local_stack.faults.tokens import rotated_token


class Rotation:
    """Changes the token while the fault is active."""

    def __init__(self, account: Account, azure: Azure) -> None:
        self._account = account
        self._azure = azure

    async def faults_changed(self, faults: Faults) -> None:
        """Update the token for the active faults."""
        is_on = faults.is_on("vault", "rotated")
        if is_on or self._azure.is_rotated:
            self._account.override_token(rotated_token(faults.seed) if is_on else "")
            self._azure.secrets["TwilioAuthToken"] = self._account.auth_token
        self._azure.is_rotated = is_on
