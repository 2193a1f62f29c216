"""`python -m commands.docs`: build the documentation site into dist/docs, and show it locally.

Exit status: 0 when the site is built, 1 when a link is dead or Zensical fails, 2 for wrong usage.
"""

import argparse
import functools
import sys
import tomllib
from collections.abc import Sequence
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from commands.docs.site import build
from commands.errors import CommandError

ROOT = Path(__file__).resolve().parents[2]


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; return the exit status."""
    options = _read_options(arguments)
    try:
        site = build(ROOT, options.repository or _repository())
        print(f"The site is in {site.relative_to(ROOT)}.")
        if options.serve:
            _serve(site, options.port)
    except KeyboardInterrupt:
        return 0  # the way to end the server
    except (CommandError, OSError) as error:
        print(f"docs: {error}", file=sys.stderr)
        return 1
    return 0


def _read_options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python3 dev.py docs", description="Build the documentation site into dist/docs."
    )
    parser.add_argument("--serve", action="store_true", help="then serve it on 127.0.0.1")
    parser.add_argument("--port", type=int, default=7073, help="the port of --serve (7073)")
    parser.add_argument(
        "--repository",
        metavar="URL",
        help="base URL for links to code (default: the Repository in pyproject.toml)",
    )
    return parser.parse_args(arguments)


def _repository() -> str:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return project["urls"]["Repository"]


def _serve(site: Path, port: int) -> None:
    """Serve the site on loopback until Ctrl-C."""
    handler = functools.partial(_QuietHandler, directory=site)
    with ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        print(f"Open http://127.0.0.1:{server.server_port}. Press Ctrl-C to stop.", flush=True)
        server.serve_forever()


class _QuietHandler(SimpleHTTPRequestHandler):
    """Serves files without a log line for each."""

    def log_message(self, format: str, *args: object) -> None:
        pass


if __name__ == "__main__":
    sys.exit(main())
