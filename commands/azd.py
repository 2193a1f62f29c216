"""The values of the azd environment: what `azd up` has made, and what it was told."""

import json
import shutil
import subprocess

# azd answers from a file; a first run may have to unpack itself.
TIMEOUT_S = 60


def azd_values() -> dict[str, str]:
    """Return the output of `azd env get-values`, by name; nothing without azd or environment.

    Source: azd prints each value as NAME="text", with a backslash before quotes.
    """
    azd = shutil.which("azd")
    if azd is None:
        return {}
    try:
        answer = subprocess.run(  # noqa: S603 - azd itself, no shell
            [azd, "env", "get-values"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=True,
            encoding="utf-8",
            errors="replace",
            timeout=TIMEOUT_S,
        )
    except (OSError, subprocess.SubprocessError):
        return {}
    pairs = (line.partition("=") for line in answer.stdout.splitlines())
    return {name.strip(): _unquoted(value.strip()) for name, mark, value in pairs if mark}


def _unquoted(text: str) -> str:
    if not text.startswith('"'):
        return text
    try:
        return str(json.loads(text))
    except ValueError:
        return text.strip('"')
