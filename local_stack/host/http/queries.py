"""Query strings, read the way ASP.NET reads them before a function sees them."""

import re
from collections.abc import Mapping
from urllib.parse import unquote_to_bytes

ESCAPES = re.compile("(?:%[0-9a-fA-F]{2})+")

Query = Mapping[str, list[str]]


def parse_query(query: str) -> Query:
    """Return the values of each name, in order; names differ by more than case.

    The first spelling of a name stays. Escapes that are not UTF-8 stay as they were sent.
    """
    values: dict[str, list[str]] = {}
    spellings: dict[str, str] = {}
    for pair in query.split("&"):
        if not pair:
            continue
        name, _, value = pair.partition("=")
        name = decode(name)
        name = spellings.setdefault(name.lower(), name)
        values.setdefault(name, []).append(decode(value))
    return values


def decode(text: str) -> str:
    """Turn `+` into a blank and percent escapes into characters."""
    return ESCAPES.sub(decode_run, text.replace("+", " "))


def decode_run(found: re.Match[str]) -> str:
    """Decode a run of escapes if it is UTF-8."""
    try:
        return unquote_to_bytes(found[0]).decode()
    except UnicodeDecodeError:
        return found[0]


def join_values(query: Query) -> dict[str, str]:
    """Return one text for each name: values joined with commas, blank ones left out.

    Source: GrpcMessageConversionExtensions.cs in Azure/azure-functions-host.
    """
    joined = {name: ",".join(filter(None, values)) for name, values in query.items()}
    return {name: value for name, value in joined.items() if value}
