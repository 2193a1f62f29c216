"""The TwiML app for calls from browsers: create it, or change its URL, and undo that."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from commands.errors import CommandError
from commands.wire.change import apply_changes, differences, restore
from commands.wire.memory import Memory
from commands.wire.number import Address, Addresses, Number, Place, addresses_of
from commands.wire.options import Options
from commands.wire.screen import agrees, show
from commands.wire.web_addresses import App
from shared.errors import TwilioRefusedError
from shared.twilio_api.account import TwilioAccount

if TYPE_CHECKING:
    from twilio.rest import Client
    from twilio.rest.api.v2010.account.application import ApplicationInstance

FUNCTION = "TwimlClientOutgoing"
SETTING = "TWILIO_TWIML_APP_SID"
# The name of an app that this command creates, by which it finds the app again.
NAME = "Browser calls"


class Applications:
    """The TwiML apps of an account. Methods raise the errors of TwilioAccount."""

    def __init__(self, account: TwilioAccount) -> None:
        self._account = account

    async def find(self, sid: str) -> Number | None:
        """Return the app with this SID or, if it is "", the one that this command created.

        Return None if it hasn't created one; raise CommandError for an unknown SID.
        """

        async def fetch(client: "Client") -> "ApplicationInstance":
            return await client.applications(sid).fetch_async()

        async def named(client: "Client") -> "list[ApplicationInstance]":
            return await client.applications.list_async(friendly_name=NAME, limit=1)

        if not sid:
            found = await self._account.run(named)
            return _read(found[0]) if found else None
        try:
            return _read(await self._account.run(fetch))
        except TwilioRefusedError as error:
            if error.twilio_status != HTTPStatus.NOT_FOUND:
                raise
            raise CommandError(
                f"the TwiML app in {SETTING} is not in this account. Clear the setting to create "
                "another one"
            ) from error

    async def create(self, addresses: Addresses) -> Number:
        """Create an app with these addresses."""
        fields = _fields(addresses)

        async def create(client: "Client") -> "ApplicationInstance":
            return await client.applications.create_async(friendly_name=NAME, **fields)

        return _read(await self._account.run_once(create))

    async def change(self, number: Number, changes: Addresses) -> Number:
        """Change some addresses of an app; return the app as Twilio now has it."""
        fields = _fields(changes)

        async def update(client: "Client") -> "ApplicationInstance":
            await client.applications(number.sid).update_async(**fields)
            return await client.applications(number.sid).fetch_async()

        return _read(await self._account.run(update))


async def wire_application(options: Options, applications: Applications, sid: str, app: App) -> int:
    """Point the TwiML app at this app, or create one; return the exit status.

    `sid` is that of the app in the settings, or "".
    """
    url = app.url_of(options.voice or FUNCTION, option="--voice", prefix="Twiml")
    addresses = {Place.CALLS: Address(url)}
    found = await applications.find(sid)
    if found is None:
        return await _create(options, applications, addresses)
    changes = differences(found, addresses)
    show(NAME, found, changes)
    status = await apply_changes(options, applications, found, changes)
    if not (sid or options.dry_run):
        print(_to_set(found))
    return status


async def undo_application(options: Options, applications: Applications, sid: str) -> int:
    """Restore the URL that the last change replaced; return the exit status."""
    found = await applications.find(sid)
    if found is None:
        raise CommandError("nothing to undo: there is no TwiML app for browser calls")
    return await restore(options, applications, found, NAME)


async def _create(options: Options, applications: Applications, addresses: Addresses) -> int:
    print(f"{NAME}: a new TwiML app\n  calls: nothing -> {addresses[Place.CALLS].url}")
    if options.dry_run:
        print("Dry run: nothing was changed.")
        return 0
    if not (options.yes or agrees()):
        print("Nothing was changed.")
        return 1
    created = await applications.create(addresses)
    before = dict.fromkeys(addresses, Address(""))
    Memory(options.memory, created).remember(before, datetime.now(UTC))
    print(f"Created. To remove its URL: --browser-calls --undo\n{_to_set(created)}")
    return 0


def _read(row: "ApplicationInstance") -> Number:
    return Number(str(row.sid), addresses_of(row))


def _to_set(application: Number) -> str:
    return f"Set {SETTING} to {application.sid}, so that tokens allow outgoing calls."


def _fields(addresses: Addresses) -> dict[str, str]:
    return {
        name: value
        for place, address in addresses.items()
        for name, value in zip(place.fields, address, strict=True)
    }
