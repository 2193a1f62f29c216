"""`python -m commands.doctor`: examine a desk or a deployment."""

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

# What a shell makes of SIGINT.
INTERRUPTED = 130
MAX_PORT = 65535


def main(arguments: Sequence[str] | None = None) -> int:
    """Check everything; return the exit status: 1 if anything is wrong."""
    accept_any_encoding()
    options = read_arguments(arguments)
    logging.disable(logging.CRITICAL)  # the findings say it
    root = Path.cwd()
    subject = read_subject(request_of(options), os.environ, root)
    if subject.place is Place.DESK:
        os.environ.update(subject.values)  # Microsoft's package reads the identity from there
    try:
        results = asyncio.run(run(subject, root, quiet=options.json))
        print(as_json(subject, results) if options.json else summary(results), flush=True)
    except KeyboardInterrupt:
        print("\ndoctor: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever reads, like `head`, has enough. Python would write the rest at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return exit_status(results)


async def run(subject: Subject, root: Path, *, quiet: bool) -> list[Result]:
    """Check each item and, unless `quiet`, print its line at once."""
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
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python3 dev.py doctor",
        description="Say what is wrong with the app and what to do, a line for each item. Without "
        "--url and --local it is the app of local.settings.json or, without an account in it, "
        "that of `dev.py start`.",
    )
    place = parser.add_mutually_exclusive_group()
    place.add_argument("--url", type=read_url, help="address of a deployed app")
    place.add_argument("--local", action="store_true", help="the app that `dev.py start` runs")
    parser.add_argument("--key", default="", help="a function key of the app: GetHealth is asked")
    parser.add_argument(
        "--port", type=read_port, default=FUNCTIONS_PORT, help="port of the functions"
    )
    parser.add_argument(
        "--phone-port", type=read_port, default=PHONE_PORT, help="port of the phone page"
    )
    parser.add_argument("--settings", help="settings file; '' for none")
    parser.add_argument("--json", action="store_true", help="for machines")
    return parser.parse_args(arguments)


def read_url(text: str) -> str:
    """Check the address of an app: https, because a signature and a key are sent to it."""
    try:
        address = twiml_url(text, has_local_stack=True, field="url")
    except InvalidRequestError:
        address = ""
    if not address or any(sign in address for sign in "@?#"):
        raise argparse.ArgumentTypeError("expected an address such as https://….azurewebsites.net")
    return address


def read_port(text: str) -> int:
    """Check the number of a port."""
    if not text.isdecimal() or not 0 < int(text) <= MAX_PORT:
        raise argparse.ArgumentTypeError(f"expected a number from 1 to {MAX_PORT}")
    return int(text)


def request_of(options: argparse.Namespace) -> Request:
    """The command line, typed."""
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
