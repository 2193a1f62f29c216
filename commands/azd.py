"""The values of the azd environment: the outputs of `azd up` and the settings you gave it."""

import json
import shutil
import subprocess

# azd reads a file, but may have to unpack itself on its first run.
TIMEOUT_S = 60
# The app's own address, an output of infra/main.bicep. PUBLIC_URL takes precedence.
APP_ADDRESS = "SERVICE_APP_URI"


def azd_values() -> dict[str, str]:
    """Return the values of `azd env get-values` by name; empty without azd or an environment.

    PUBLIC_URL defaults to the app's own address.

    Source: azd prints each value as NAME="text" and escapes quotes with a backslash.
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
