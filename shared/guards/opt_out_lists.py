"""The opt-outs in the ledger: for each sender lists of people, spread over a fixed number of rows.

A row for each pair would cost every send of a bulk a read of its own. A row that is read here
answers for a 64th of all people. It holds hashes and no numbers. They keep a number out of sight,
but not from somebody who has the table and tries all numbers there are.
"""

import hashlib
from typing import NamedTuple, Self

from shared.errors import LedgerError
from shared.ledger.rows import MAX_TEXT_UNITS, Ledger, Row, RowChangedError, RowExistsError

KIND = "optout"
SHARDS = 64
ROUNDS = 10  # as for claims: more than ever meet at one row

_PEOPLE = "people"
_HASH_CHARS = 16
_MAX_PEOPLE = MAX_TEXT_UNITS // (_HASH_CHARS + 1)  # each with a blank


class FullListError(Exception):
    """There is no room for one more person."""


class Entry(NamedTuple):
    """One person at one sender: the row (`shard`) and the hash that stands for the person in it."""

    shard: str
    person: str

    @classmethod
    def of(cls, person: str, sender: str) -> Self:
        """The entry of a number (E.164) at a number of ours or a messaging service.

        The sender goes into both hashes, so that nobody sees who has opted out of two.
        """
        digest = _digest(f"{sender} {person}")
        number = int(digest[_HASH_CHARS:], 16) % SHARDS
        return cls(_digest(f"{sender} {number}")[:32], digest[:_HASH_CHARS])

    def is_in(self, people: str) -> bool:
        """Whether the hash is in the text of a row; all of them are equally long."""
        return self.person in people


async def read(ledger: Ledger, shard: str) -> str:
    """The people of a shard, as hashes with blanks between them. Raise LedgerError."""
    row = await ledger.read(KIND, shard)
    return _people(row)


async def write(ledger: Ledger, entry: Entry, *, is_out: bool) -> str:
    """Put a person on their list, or take them off it; return the people of the shard by now.

    Raise LedgerError, or FullListError.
    """
    for _ in range(ROUNDS):
        row = await ledger.read(KIND, entry.shard)
        known = _people(row)
        if entry.is_in(known) == is_out:
            return known
        people = _with(known, entry) if is_out else _without(known, entry)
        try:
            if row is None:
                await ledger.insert(Row(KIND, entry.shard, {_PEOPLE: people}))
            else:
                await ledger.replace(row._replace(values={_PEOPLE: people}))
        except (RowExistsError, RowChangedError):  # by somebody else, or the answer was lost
            continue
        return people
    raise LedgerError("a list of opt-outs is changed by too many at once")


def _people(row: Row | None) -> str:
    return "" if row is None else str(row.values.get(_PEOPLE, ""))


def _with(people: str, entry: Entry) -> str:
    listed = people.split()
    if len(listed) >= _MAX_PEOPLE:
        raise FullListError
    return " ".join([*listed, entry.person])


def _without(people: str, entry: Entry) -> str:
    return " ".join(person for person in people.split() if person != entry.person)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
