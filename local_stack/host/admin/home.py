"""The page at `/`, where Azure's host has one of its own."""

from collections.abc import Mapping, Sequence
from html import escape

DISABLED = "AzureWebJobsDisableHomepage"


def home_page(functions: Sequence[str], phone_url: str) -> str:
    """Return the page: which functions run, and where the phone page is, if there is one."""
    names = "".join(f"<li>{escape(name)}</li>" for name in functions)
    url = escape(phone_url)
    phone = f'<p>Phone: <a href="{url}">{url}</a></p>' if phone_url else ""
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Functions</title>'
        f"<h1>Your functions are running</h1>{phone}<ul>{names}</ul></html>"
    )


def is_wanted(settings: Mapping[str, str]) -> bool:
    """Return whether the app's settings leave the page on."""
    return settings.get(DISABLED, "").lower() not in {"true", "1"}
