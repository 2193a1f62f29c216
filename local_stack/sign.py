"""`python -m local_stack.sign URL [name=value ...] [--json BODY]`: sign a request like Twilio.

Prints only the header line, for curl or the portal:
`curl -H "$(python3 dev.py sign URL Body=Hello)" -d Body=Hello URL`. With `--shared-key` it prints
two lines: `python3 dev.py sign --shared-key URL Body=Hello | curl -H @- -d Body=Hello URL`.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from urllib.parse import urlsplit

from deskphone.values import AUTH_TOKEN, SHARED_KEY
from deskphone.webhooks.signing import BODY_HASH, SHA1, SHA256, signature, with_body_hash
from local_stack.host.addresses import LOCAL_NAMES, LOOPBACK

NOT_LOCAL = (
    "dev.py sign: the URL is not on this machine. "
    "Set TWILIO_AUTH_TOKEN to the auth token of the account that sends the request"
)
NO_KEY = "dev.py sign: set TWILIO_WEBHOOK_KEY to the value of the shared key"
# The app accepts any key name.
KEY_NAME = "webhooks_sharedkey_of_dev_py"


def main(arguments: Sequence[str] | None = None) -> int:
    """Sign the request on the command line; return the exit status."""
    options = read_arguments(arguments)
    is_local = urlsplit(options.url).hostname in LOCAL_NAMES
    # Requests to this machine go to the local stack, even if the shell has another account.
    is_for_stack = is_local and not options.func_start
    secret = secret_for(options, is_local=is_local, is_for_stack=is_for_stack)
    if not secret:
        print(NO_KEY if options.shared_key else NOT_LOCAL, file=sys.stderr)
        return 1
    url = with_local_name(options.url) if is_for_stack else without_credentials(options.url)
    if options.json is not None and BODY_HASH not in url:
        url = with_body_hash(url, options.json)
        print(f"Send the request to {url}", file=sys.stderr)
    fields: list[tuple[str, str]] = options.fields
    algorithm: str = options.shared_key or SHA1
    print(f"X-Twilio-Signature: {signature(secret, url, fields, algorithm)}")
    if options.shared_key:
        print(f"X-Twilio-Webhooks-Signature-Settings: key={KEY_NAME},algorithm={algorithm}")
    return 0


def secret_for(options: argparse.Namespace, *, is_local: bool, is_for_stack: bool) -> str:
    """Return the secret to sign with, "" if the environment lacks it."""
    name, local = "TWILIO_AUTH_TOKEN", AUTH_TOKEN
    if options.shared_key:
        name, local = "TWILIO_WEBHOOK_KEY", SHARED_KEY
    secret = "" if is_for_stack else os.environ.get(name, "")
    return secret or (local if is_local else "")


def read_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        prog="dev.py sign",
        description="Print the X-Twilio-Signature header for a request. The auth token is the "
        "local stack's for 127.0.0.1 and localhost, and TWILIO_AUTH_TOKEN from the environment "
        "for other hosts.",
    )
    parser.add_argument("url", type=read_url, help="full URL with its query, exactly as sent")
    # Without a default, argparse reports optional fields as required.
    parser.add_argument(
        "fields", nargs="*", default=[], type=read_field, help="form fields, as name=value"
    )
    parser.add_argument(
        "--func-start",
        action="store_true",
        help="for `func start` on this machine: keep the URL, use TWILIO_AUTH_TOKEN if it is set",
    )
    parser.add_argument(
        "--shared-key",
        action="store_const",
        const=SHA256,
        help="sign with the webhook shared key: the local stack's, or TWILIO_WEBHOOK_KEY from the "
        "environment; also print the header with its settings",
    )
    parser.add_argument(
        "--json", type=read_body, metavar="BODY", help="a JSON body instead of a form"
    )
    options = parser.parse_args(arguments)
    if options.json is not None and options.fields:
        parser.error("pass either form fields or --json, not both")
    return options


def read_url(text: str) -> str:
    """Check that `text` is a full URL."""
    try:
        parts = urlsplit(text)
        is_whole = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # invalid port or IPv6 address
        is_whole = False
    if not is_whole or not is_text(text):
        raise argparse.ArgumentTypeError("expected a full URL such as http://127.0.0.1:7071/api/…")
    return text


def read_field(text: str) -> tuple[str, str]:
    """Split `name=value`; the value may be empty or contain `=`."""
    name, separator, value = text.partition("=")
    if not separator or not name:
        raise argparse.ArgumentTypeError(f"expected name=value, not {text}")
    if not is_text(text):
        raise argparse.ArgumentTypeError(f"{name} is not valid in this terminal's encoding")
    return name, value


def read_body(text: str) -> str:
    """Check that a body can be sent."""
    if not is_text(text):
        raise argparse.ArgumentTypeError("the body is not valid in this terminal's encoding")
    return text


def is_text(argument: str) -> bool:
    """Return whether an argument is valid text; undecodable bytes are surrogates (PEP 383)."""
    return not any("\ud800" <= character <= "\udfff" for character in argument)


def with_local_name(url: str) -> str:
    """Return the URL with the host 127.0.0.1, the local stack's public address."""
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    return parts._replace(netloc=f"{LOOPBACK}{port}").geturl()


def without_credentials(url: str) -> str:
    """Return the URL without `user:password@`, which Twilio doesn't sign."""
    parts = urlsplit(url)
    return url.replace(parts.netloc, parts.netloc.rpartition("@")[2], 1)


if __name__ == "__main__":
    sys.exit(main())
