"""`python -m deskphone compare`: how deskphone's responses differ from your Twilio account's."""

import argparse
import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import NamedTuple

import aiohttp

from deskphone.compare.differences import differences
from deskphone.compare.exchanges import (
    RESOURCES,
    Exchange,
    Login,
    Request,
    ask,
    errors,
    lists,
    trials,
)
from deskphone.compare.local import OWN, OWN_TEST, seeded
from deskphone.compare.saving import SavedFileError, read, saved

TWILIO = "https://api.twilio.com"
NEEDED = (
    "Set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN, or TWILIO_API_KEY_SID and "
    "TWILIO_API_KEY_SECRET in place of the token."
)
ITSELF = "{url} is a deskphone, not Twilio. To compare with it anyway, pass --with-deskphone."


class CompareError(Exception):
    """The comparison can't be made; the message says why."""


class Logins(NamedTuple):
    """The account's login, and that of its test credentials, if there is one."""

    live: Login
    test: Login | None

    @classmethod
    def from_environment(cls, values: Mapping[str, str]) -> "Logins":
        """Read the variables of Twilio's SDKs; raise CompareError if they aren't set."""
        account = values.get("TWILIO_ACCOUNT_SID", "")
        key = (values.get("TWILIO_API_KEY_SID", ""), values.get("TWILIO_API_KEY_SECRET", ""))
        token = values.get("TWILIO_AUTH_TOKEN", "")
        if not account or not (token or all(key)):
            raise CompareError(NEEDED)
        live = Login(account, *key) if all(key) else Login(account, account, token)
        test = values.get("TWILIO_TEST_ACCOUNT_SID", "")
        test_token = values.get("TWILIO_TEST_AUTH_TOKEN", "")
        return cls(live, Login(test, test, test_token) if test and test_token else None)


class Options(NamedTuple):
    """The command line."""

    url: str
    save: Path | None
    with_deskphone: bool
    saved: Path | None = None
    """A file that someone saved, to compare with in place of an account."""


def read_options(arguments: Sequence[str]) -> Options:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m deskphone compare",
        description="Show how deskphone's responses differ from your Twilio account's. It only "
        "makes GET requests to the account, and sends nothing.",
        epilog=f"{NEEDED} With TWILIO_TEST_ACCOUNT_SID and TWILIO_TEST_AUTH_TOKEN, it compares "
        "errors, too.",
    )
    parser.add_argument("--url", default=TWILIO, help="Twilio's API (default: %(default)s)")
    parser.add_argument(
        "--save", type=Path, metavar="FILE",
        help="write the account's responses with everything personal replaced, to share them",
    )  # fmt: skip
    parser.add_argument(
        "--with-deskphone", action="store_true", help="allow --url to be another deskphone"
    )
    parser.add_argument(
        "--from", type=Path, metavar="FILE", dest="saved",
        help="compare with responses that someone saved, without an account",
    )  # fmt: skip
    given = parser.parse_args(arguments)
    return Options(given.url.rstrip("/"), given.save, given.with_deskphone, given.saved)


def main(arguments: Sequence[str]) -> int:
    """Print the differences; return 0 without any, 1 with some, and 2 if it can't compare."""
    options = read_options(arguments)
    try:
        theirs, found = asyncio.run(_compared(options))
    except (CompareError, SavedFileError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except (aiohttp.ClientError, TimeoutError) as error:
        sys.stderr.write(f"Can't reach {options.url}: {type(error).__name__}\n")
        return 2
    lines = [*found, f"{len(theirs)} requests compared, {len(found)} differences"]
    if options.save:
        text = saved(theirs)
        try:
            options.save.write_text(text, "utf-8")
        except OSError as error:
            sys.stderr.write(f"Can't write {options.save}: {error.strerror}\n")
            return 2
        lines += ["", text, f"Saved to {options.save}. Read it before you share it."]
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if found else 0


async def _compared(options: Options) -> tuple[list[Exchange], list[str]]:
    if options.saved is None:
        return await compare(options, Logins.from_environment(os.environ))
    theirs = read(options.saved)
    return theirs, await compare_saved(theirs)


async def compare_saved(theirs: Sequence[Exchange]) -> list[str]:
    """Return how deskphone's responses differ from saved ones."""
    ours: list[Exchange] = []
    async with aiohttp.ClientSession() as session, seeded(session) as url:
        rows = {
            name: _first_row(name, await ask(session, url, OWN, request))
            for name, request in zip(RESOURCES, lists(), strict=True)
        }
        for request, response in theirs:
            name = request.path.partition("/")[0]
            is_row = response.status == HTTPStatus.OK and "/" in request.path
            like = (rows.get(name) if is_row else None) or request
            ours.append(await ask(session, url, OWN_TEST if request.form else OWN, like))
    return differences(theirs, ours)


async def compare(options: Options, logins: Logins) -> tuple[list[Exchange], list[str]]:
    """Return the account's exchanges, and the differences.

    Raise CompareError for a wrong login or a deskphone, or aiohttp.ClientError.
    """
    async with aiohttp.ClientSession() as session:
        if not options.with_deskphone and await _is_deskphone(session, options.url):
            raise CompareError(ITSELF.format(url=options.url))
        async with seeded(session) as own_url:
            theirs, ours = await _exchanges(session, options.url, logins, own_url)
    return theirs, differences(theirs, ours)


async def _exchanges(
    session: aiohttp.ClientSession, url: str, logins: Logins, own_url: str
) -> tuple[list[Exchange], list[Exchange]]:
    """Make the same requests to both; leave out rows of lists that one of them doesn't have."""
    theirs: list[Exchange] = []
    ours: list[Exchange] = []

    async def ask_both(their: Request, our: Request, login: Login, own: Login) -> None:
        theirs.append(await ask(session, url, login, their))
        ours.append(await ask(session, own_url, own, our))

    for request in (*lists(), *errors()):
        await ask_both(request, request, logins.live, OWN)
        if theirs[-1].response.status == 401:
            raise CompareError(f"{url} refuses these credentials.")
    for place, name in enumerate(RESOURCES):
        their, our = (_first_row(name, exchanges[place]) for exchanges in (theirs, ours))
        if their and our:
            await ask_both(their, our, logins.live, OWN)
    for request in trials() if logins.test else ():
        await ask_both(request, request, logins.test or OWN_TEST, OWN_TEST)
    return theirs, ours


def _first_row(name: str, exchange: Exchange) -> Request | None:
    rows = exchange.response.body.get(RESOURCES[name])
    first = rows[0] if isinstance(rows, list) and rows else None
    sid = first.get("sid") if isinstance(first, dict) else None
    return Request(f"{name}/{sid}.json") if isinstance(sid, str) else None


async def _is_deskphone(session: aiohttp.ClientSession, url: str) -> bool:
    """Whether a deskphone serves this URL: only that has alerts there."""
    async with session.get(f"{url}/emulator/alerts", allow_redirects=False) as response:
        return response.status == 200
