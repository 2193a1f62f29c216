"""What differs between two services' responses to the same requests."""

import re
from collections.abc import Iterable, Iterator, Sequence

from deskphone.compare.exchanges import RESOURCES, Exchange
from deskphone.compare.forms import NUMBER, SID, forms_of

# The rows of a list can only be compared if there are any.
_MASKED = re.compile(r"\+?[0-9]+X{2,}")
_LIST_OF = {f"{name}.json": key for name, key in RESOURCES.items()}


def differences(theirs: Sequence[Exchange], ours: Sequence[Exchange]) -> list[str]:
    """Return a line for each difference; both have the same requests in the same order."""
    found: list[str] = []
    for their, our in zip(theirs, ours, strict=True):
        found += [f"{their.request.name}: {what}" for what in _between(their, our)]
    return found


def _between(their: Exchange, our: Exchange) -> Iterator[str]:
    them, us = their.response, our.response
    if them.status != us.status:
        yield f"status {us.status} instead of {them.status}"
    missing = set(them.headers) - set(us.headers)
    if missing:
        yield f"no header {', '.join(sorted(missing))}"
    if them.status >= 400 or us.status >= 400:
        yield from _between_errors(their, our)
        return
    key = _LIST_OF.get(their.request.path.partition("?")[0], "")
    if key and not (them.body.get(key) and us.body.get(key)):
        return  # there is nothing to compare
    yield from _between_forms(forms_of(them.body), forms_of(us.body))


def _between_errors(their: Exchange, our: Exchange) -> Iterator[str]:
    for name in ("code", "message", "more_info"):
        them, us = (_general(one.response.body.get(name)) for one in (their, our))
        if them != us:
            yield f"{name} {us!r} instead of {them!r}"
    yield from _only("member", set(their.response.body), set(our.response.body))


def _between_forms(them: dict[str, set[str]], us: dict[str, set[str]]) -> Iterator[str]:
    yield from _only("member", set(them), set(us))
    for name in sorted(set(them) & set(us)):
        unseen = them[name] - us[name]
        if unseen:
            yield f"{name} is never {' or '.join(sorted(unseen))}, only {_listed(us[name])}"


def _only(what: str, them: set[str], us: set[str]) -> Iterator[str]:
    for name in sorted(them - us):
        yield f"no {what} {name}"
    for name in sorted(us - them):
        yield f"extra {what} {name}"


def _listed(forms: Iterable[str]) -> str:
    return ", ".join(sorted(forms))


def _general(value: object) -> object:
    """Return a sentence or number of an error without SIDs and phone numbers, even masked ones."""
    if not isinstance(value, str):
        return value
    value = _MASKED.sub("…", value)
    return NUMBER.sub("+…", SID.sub(r"\1…", value))
