"""`python3 dev.py new TwimlOpeningHours`: create a function that passes every check."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from commands.errors import CommandError
from commands.new.doors import DOORS
from commands.new.files import make
from commands.new.names import EXAMPLE, FunctionName, read_name
from commands.terminal import accept_any_encoding

ROOT = Path(__file__).resolve().parents[2]
FUNCTIONS = "http://127.0.0.1:7071/api"
PERSON = '"to":"+12025550123"'


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Run the command line; return the exit status."""
    accept_any_encoding()
    try:
        name = read_name(read_arguments(arguments))
        made, changed = make(name, root)
    except CommandError as error:
        print(f"dev.py new: {error}", file=sys.stderr)
        return error.exit_status
    except OSError as error:
        print(f"dev.py new: cannot use {error.filename}: {error.strerror}", file=sys.stderr)
        return 1
    for path in made:
        print(f"created  {path}")
    for path in changed:
        print(f"changed  {path}")
    print(how_to_try(name, changed))
    return 0


def read_arguments(arguments: Sequence[str] | None) -> str:
    """Parse the command line; return the name."""
    kinds = "\n".join(f"  {prefix + '…':8} {door.caller}" for prefix, door in DOORS.items())
    parser = argparse.ArgumentParser(
        prog="python3 dev.py new",
        description=f"Create a function. The first word of its name decides who can call it:\n"
        f"{kinds}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", help=f"for example {EXAMPLE}")
    name: str = parser.parse_args(arguments).name
    return name


def how_to_try(name: FunctionName, changed: Sequence[str]) -> str:
    """Return what to do next with this type of function; `changed` are pages with a TODO."""
    url = f"{FUNCTIONS}/{name.text}"
    key = "-H 'x-functions-key: local'"
    signed = f'-H "$(python3 dev.py sign {url})"'
    ways = {
        "Send": f"curl -X POST {url} {key} -d '{{{PERSON}}}'",
        "Place": f"curl -X POST {url} {key} -d '{{{PERSON}}}'",
        "Get": f"curl '{url}?name=Ada' {key}",
        "Twiml": f"curl -X POST {url} {signed}",
        "On": f"curl -X POST {url} {signed}",
    }
    lines = [
        "",
        f"{name.door.caller} Try it while `python3 dev.py start` is running:",
        f"  {ways[name.prefix]}",
    ]
    if name.prefix == "Twiml":
        call = f"""curl -X POST {FUNCTIONS}/PlaceCall {key} -d '{{{PERSON},"url":"{url}"}}'"""
        lines += ["Hear it on the phone page:", f"  {call}"]
    lines += ["Test it:", f"  python3 dev.py test {name.test}"]
    lines += [f"Then edit {name.library} and its test, and replace each TODO in:"]
    lines += [f"  {', '.join(changed)}"]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
