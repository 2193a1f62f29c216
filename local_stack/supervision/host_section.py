"""Read `Host` of local.settings.json, which `func start` reads for its own options."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from local_stack.host.app.json_file import AppFileError, read_json_object
from local_stack.host.http.cors_settings import CREDENTIALS, ORIGINS, SWITCH

LAST_PORT = 65535
PORT = re.compile("[0-9]{1,5}")


@dataclass(frozen=True)
class HostSection:
    """The options in a settings file: origins of web pages, and the port; None means not set."""

    cors: str = ""
    with_credentials: bool = False
    port: int | None = None

    def cors_settings(self) -> dict[str, str]:
        """Return the settings of Azure that allow the same origins."""
        origins = [origin.strip() for origin in self.cors.split(",") if origin.strip()]
        if not origins:
            return {}
        credentials = str(self.with_credentials).lower()
        return {SWITCH: "true", ORIGINS: json.dumps(origins), CREDENTIALS: credentials}


def read_host_section(path: Path) -> HostSection:
    """Return the options of a settings file, none if it has none; raise AppFileError."""
    if not path.exists():
        return HostSection()
    section: object = read_json_object(path).get("Host", {})
    if not isinstance(section, dict):
        raise AppFileError(f'{path.name}: "Host" must be an object')
    options = {name.lower(): value for name, value in cast(Mapping[str, object], section).items()}
    cors = options.get("cors", "")
    if not isinstance(cors, str):
        raise AppFileError(f'{path.name}: "CORS" must be text, such as "*" or "https://a.example"')
    return HostSection(
        cors=cors,
        with_credentials=str(options.get("corscredentials")).lower() == "true",
        port=_port(options.get("localhttpport"), path.name),
    )


def _port(value: object, file: str) -> int | None:
    if value is None:
        return None
    text = str(value)
    if not PORT.fullmatch(text) or not 0 < int(text) <= LAST_PORT:
        raise AppFileError(f'{file}: "LocalHttpPort" must be a port number')
    return int(text)
