"""`python -m commands.doctor`: check the local stack or a deployment."""

import argparse
import asyncio
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from commands.doctor.checklist import examine
from commands.doctor.examination import Examination
from commands.doctor.findings import Result
from commands.doctor.report import as_json, exit_status, heading, line_of, summary
from commands.doctor.subject import Place, Request, Subject, read_subject
from commands.doctor.web import Web
from commands.local_values import FUNCTIONS_PORT, PHONE_PORT
from commands.terminal import accept_any_encoding
from shared.clock import SystemClock
from shared.errors import InvalidRequestError
from shared.http.web_addresses import twiml_url

# The shell convention for SIGINT.
INTERRUPTED = 130
MAX_PORT = 65535


def main(arguments: Sequence[str] | None = None) -> int:
    """Check everything; return the exit status: 1 if anything is wrong."""
    accept_any_encoding()
    options = read_arguments(arguments)
    logging.disable(logging.CRITICAL)  # the findings report every error
    root = Path.cwd()
    subject = read_subject(request_of(options), os.environ, root)
    if subject.place is Place.LOCAL_STACK:
        os.environ.update(subject.values)  # Microsoft's package reads the identity from them
    try:
        results = asyncio.run(run(subject, root, quiet=options.json))
        print(as_json(subject, results) if options.json else summary(results), flush=True)
    except KeyboardInterrupt:
        print("\ndoctor: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # The reader, such as `head`, has closed. Python would still flush the rest on exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return exit_status(results)


async def run(subject: Subject, root: Path, *, quiet: bool) -> list[Result]:
    """Run each check and, unless `quiet`, print its line immediately."""
    results: list[Result] = []
    if not quiet:
        print(heading(subject))
    async with Web() as web:
        examination = Examination(subject, root, SystemClock(), web)
        async for result in examine(examination):
            results.append(result)
            if not quiet:
                print(line_of(result), flush=True)
        await examination.close()
    return results


def read_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        prog="python3 dev.py doctor",
        description="Report what is wrong with the app and how to fix it, one line per check. "
        "Without --url and --local, check the app of local.settings.json or, if that has no "
        "account, the app of `dev.py start`.",
    )
    place = parser.add_mutually_exclusive_group()
    place.add_argument(
        "--url",
        type=read_url,
        help="address of a deployed app, such as https://….azurewebsites.net",
    )
    place.add_argument("--local", action="store_true", help="check the app of `dev.py start`")
    parser.add_argument(
        "--key", default="", help="one of the app's function keys, to call GetHealth"
    )
    parser.add_argument(
        "--port", type=read_port, default=FUNCTIONS_PORT, help="port of the functions"
    )
    parser.add_argument(
        "--phone-port", type=read_port, default=PHONE_PORT, help="port of the phone page"
    )
    parser.add_argument(
        "--settings", help="settings file; default local.settings.json, '' for none"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser.parse_args(arguments)


def read_url(text: str) -> str:
    """Check the app's address; it must be https because it gets a signature and a key."""
    try:
        address = twiml_url(text, has_local_stack=True, field="url")
    except InvalidRequestError:
        address = ""
    if not address or any(sign in address for sign in "@?#"):
        raise argparse.ArgumentTypeError("expected an address such as https://….azurewebsites.net")
    return address


def read_port(text: str) -> int:
    """Check a port number."""
    if not text.isdecimal() or not 0 < int(text) <= MAX_PORT:
        raise argparse.ArgumentTypeError(f"expected a number from 1 to {MAX_PORT}")
    return int(text)


def request_of(options: argparse.Namespace) -> Request:
    """Return the parsed command line as a Request."""
    return Request(
        url=options.url or "",
        key=options.key,
        local=options.local,
        port=options.port,
        phone_port=options.phone_port,
        settings_file=options.settings,
    )


if __name__ == "__main__":
    sys.exit(main())
