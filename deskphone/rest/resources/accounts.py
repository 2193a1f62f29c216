"""The Accounts resource (twilio.com/docs/iam/api/account): one account without subaccounts."""

from collections.abc import Sequence
from dataclasses import dataclass

from deskphone.account.account import Account
from deskphone.clock import rfc_2822
from deskphone.records.addresses import ACCOUNT_PATH
from deskphone.rest.errors import NotEmulatedError, TwilioRefusalError, not_found
from deskphone.rest.parameters import Parameters
from deskphone.rest.resource import Json, Resource
from deskphone.values import ACCOUNT_SID

ACCOUNT_PARTS = {
    "available_phone_numbers": "AvailablePhoneNumbers",
    "calls": "Calls",
    "conferences": "Conferences",
    "incoming_phone_numbers": "IncomingPhoneNumbers",
    "notifications": "Notifications",
    "outgoing_caller_ids": "OutgoingCallerIds",
    "recordings": "Recordings",
    "transcriptions": "Transcriptions",
    "addresses": "Addresses",
    "signing_keys": "SigningKeys",
    "connect_apps": "ConnectApps",
    "sip": "SIP",
    "authorized_connect_apps": "AuthorizedConnectApps",
    "usage": "Usage",
    "keys": "Keys",
    "applications": "Applications",
    "short_codes": "SMS/ShortCodes",
    "queues": "Queues",
    "messages": "Messages",
    "balance": "Balance",
}
"""The resources below an account, by their names in Twilio's JSON."""
STATUS = "active"
STATES = (STATUS, "suspended", "closed")


@dataclass
class AccountsResource(Resource[Account]):
    """Fetch, list, rename."""

    account: Account
    key = "accounts"
    filters = ("FriendlyName", "Status")

    def create(self, parameters: Parameters) -> Json:
        raise NotEmulatedError("Creating a subaccount")

    def rows(self, parameters: Parameters) -> Sequence[Account]:
        name, status = parameters.text("FriendlyName"), parameters.chosen("Status", STATES)
        is_listed = name in ("", self.account.friendly_name) and status in ("", STATUS)
        return [self.account] if is_listed else []

    def serial(self, row: Account) -> int:
        return 0

    def found(self, sid: str) -> Account:
        if sid != ACCOUNT_SID:
            raise not_found(f"Accounts/{sid}")
        return self.account

    def update(self, sid: str, parameters: Parameters) -> Json:
        account = self.found(sid)
        parameters.check(("FriendlyName", "Status"))
        status = parameters.text("Status")
        if status and status not in STATES:
            raise TwilioRefusalError(21475, "Unable to update Status, invalid Status.")
        if status:
            raise TwilioRefusalError(21477, "Unable to update Status for parent accounts")
        account.rename(parameters.friendly_name() or account.friendly_name)
        return self.to_json(account)

    def to_json(self, row: Account) -> Json:
        trial = self.store.trial
        return {
            "auth_token": row.auth_token,
            "date_created": rfc_2822(trial.began if trial else row.created),
            "date_updated": rfc_2822(row.updated),
            "friendly_name": row.friendly_name,
            "owner_account_sid": ACCOUNT_SID,
            "sid": ACCOUNT_SID,
            "status": STATUS,
            "subresource_uris": {
                key: f"{ACCOUNT_PATH}/{name}.json" for key, name in ACCOUNT_PARTS.items()
            },
            "type": "Trial" if trial else "Full",
            "uri": f"{ACCOUNT_PATH}.json",
        }
