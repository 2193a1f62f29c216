"""String identifiers: two letters and 32 lower-case hexadecimal digits."""

import secrets


def new_sid(prefix: str) -> str:
    """Return a fresh SID, e.g. new_sid("SM")."""
    return prefix + secrets.token_hex(16)
