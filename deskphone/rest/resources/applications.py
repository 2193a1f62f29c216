"""The Applications resource (twilio.com/docs/usage/api/applications).

Calls and texts use the URLs of an application if they, or their number, name it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from deskphone.account.store import Store, new_sid
from deskphone.clock import rfc_2822
from deskphone.records.addresses import ACCOUNT_PATH, API_VERSION
from deskphone.records.application import Application
from deskphone.rest.errors import TwilioRefusalError, not_found
from deskphone.rest.parameters import Parameters
from deskphone.rest.resource import Json, Resource
from deskphone.values import ACCOUNT_SID

URLS = {
    "VoiceUrl": "voice_url",
    "VoiceFallbackUrl": "voice_fallback_url",
    "StatusCallback": "status_callback",
    "SmsUrl": "sms_url",
    "SmsFallbackUrl": "sms_fallback_url",
    "SmsStatusCallback": "sms_status_callback",
    "MessageStatusCallback": "message_status_callback",
}
METHODS = {
    "VoiceMethod": "voice_method",
    "VoiceFallbackMethod": "voice_fallback_method",
    "StatusCallbackMethod": "status_callback_method",
    "SmsMethod": "sms_method",
    "SmsFallbackMethod": "sms_fallback_method",
}
FLAGS = {
    "VoiceCallerIdLookup": "voice_caller_id_lookup",
    "PublicApplicationConnectEnabled": "public_application_connect_enabled",
}
EMULATED = ("FriendlyName", *URLS, *METHODS, *FLAGS)
NOT_EMULATED = ("ApiVersion",)
BAD_APPLICATION, BAD_URL, BAD_METHOD = 21218, 21402, 21403


@dataclass
class ApplicationsResource(Resource[Application]):
    """Create, list, fetch, update, delete."""

    key = "applications"
    filters = ("FriendlyName",)

    def create(self, parameters: Parameters) -> Json:
        parameters.check(EMULATED, NOT_EMULATED)
        now = self.clock.now()
        new = Application(new_sid("AP"), "", created=now, updated=now)
        return self.to_json(self.store.applications.put(_changed(new, parameters)))

    def rows(self, parameters: Parameters) -> Sequence[Application]:
        name = parameters.text("FriendlyName")
        rows = self.store.applications.newest_first()
        return [row for row in rows if not name or row.friendly_name == name]

    def serial(self, row: Application) -> int:
        return self.store.applications.serial(row.sid)

    def to_json(self, row: Application) -> Json:
        settings = (*URLS.values(), *METHODS.values(), *FLAGS.values())
        return {
            "account_sid": ACCOUNT_SID,
            "api_version": API_VERSION,
            "date_created": rfc_2822(row.created),
            "date_updated": rfc_2822(row.updated),
            "friendly_name": row.friendly_name,
            "sid": row.sid,
            "uri": f"{ACCOUNT_PATH}/Applications/{row.sid}.json",
            **{name: getattr(row, name) for name in settings},
        }

    def found(self, sid: str) -> Application:
        application = self.store.applications.get(sid)
        if application is None:
            raise not_found(f"Applications/{sid}")
        return application

    def update(self, sid: str, parameters: Parameters) -> Json:
        application = self.found(sid)
        parameters.check(EMULATED, NOT_EMULATED)
        changed = replace(_changed(application, parameters), updated=self.clock.now())
        return self.to_json(self.store.applications.put(changed))

    def delete(self, sid: str) -> None:
        self.store.applications.remove(self.found(sid).sid)


def application_of(sid: str, store: Store) -> Application | None:
    """Return the application with a SID, None for ""; raise TwilioRefusalError if it's unknown."""
    application = store.applications.get(sid)
    if sid and application is None:
        raise TwilioRefusalError(BAD_APPLICATION, "Invalid ApplicationSid")
    return application


def _changed(application: Application, parameters: Parameters) -> Application:
    """Return the application with the given parameters changed; a blank URL removes the old one."""
    changes: dict[str, str | bool] = {}
    for name, attribute in URLS.items():
        if name in parameters:
            changes[attribute] = parameters.url(name, BAD_URL)
    for name, attribute in METHODS.items():
        if name in parameters:
            changes[attribute] = parameters.method(name, BAD_METHOD)
    for name, attribute in FLAGS.items():
        if name in parameters:
            changes[attribute] = parameters.flag(name)
    if name := parameters.friendly_name():
        changes["friendly_name"] = name
    return replace(application, **changes)  # pyright: ignore[reportArgumentType] # by the tables
