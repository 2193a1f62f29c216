"""Replace `%NAME%` in function.json with the app's settings."""

import re
from collections.abc import Mapping

from local_stack.host.app.json_file import AppFileError

_PLACE = re.compile(r"%([^%]*)%")


def resolve(text: str, settings: Mapping[str, str], key: str) -> str:
    """Return `text` with settings in place of `%NAME%`; raise AppFileError if one isn't set.

    `key` names where the text stands, such as '"schedule"'.
    """

    def value(found: re.Match[str]) -> str:
        if not settings.get(found[1]):
            raise AppFileError(
                f"function.json: {key} names the setting {found[1]}, which isn't set. "
                "Add it to Values in local.settings.json"
            )
        return settings[found[1]]

    return _PLACE.sub(value, text)
