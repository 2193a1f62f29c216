"""The values of the azd environment: what `azd up` has made, and what it was told."""

import json
import shutil
import subprocess

# azd answers from a file; a first run may have to unpack itself.
TIMEOUT_S = 60
# The app's own address, an output of infra/main.bicep; PUBLIC_URL, if it is set, goes before it.
APP_ADDRESS = "SERVICE_APP_URI"


def azd_values() -> dict[str, str]:
    """Return the output of `azd env get-values`, by name; nothing without azd or environment.

    PUBLIC_URL is filled in with the app's own address.

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
    values = {name.strip(): _unquoted(value.strip()) for name, mark, value in pairs if mark}
    return {**values, "PUBLIC_URL": values.get("PUBLIC_URL") or values.get(APP_ADDRESS, "")}


def _unquoted(text: str) -> str:
    if not text.startswith('"'):
        return text
    try:
        return str(json.loads(text))
    except ValueError:
        return text.strip('"')
