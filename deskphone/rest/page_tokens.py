"""Page tokens: they say where a page begins or ends, even when that row is gone.

Like Twilio's, they start with PA or PB and a SID. What follows is the row's serial number, so that
nothing has to be remembered, and a checksum, which refuses tokens of other lists.
"""

import re
import zlib

TOKEN = re.compile("(P[AB][A-Z]{2}[0-9a-f]{32})([0-9a-f]{8})([0-9a-f]{1,16})")


def token_of(kind: str, sid: str, serial: int, listing: str) -> str:
    """Return the token of a page after (PA) or before (PB) a row; `listing` is the list's path."""
    return f"{kind}{sid}{_checksum(kind + sid, serial, listing)}{serial:x}"


def serial_in(token: str, listing: str) -> int | None:
    """Return the serial number of a token's row; None for a token that isn't one of this list."""
    found = TOKEN.fullmatch(token)
    if found is None:
        return None
    serial = int(found[3], 16)
    return serial if found[2] == _checksum(found[1], serial, listing) else None


def _checksum(row: str, serial: int, listing: str) -> str:
    return f"{zlib.crc32(f'{listing} {row} {serial}'.encode()):08x}"
