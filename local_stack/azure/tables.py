"""The tables of one storage account, in memory, with the rules of Azure Table Storage.

They belong to the emulator, so they survive when the host is killed.
"""

import itertools
from collections.abc import Mapping
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import quote

from deskphone.clock import Clock

type Properties = Mapping[str, object]


class TableError(Exception):
    """An error response of the service.

    https://learn.microsoft.com/rest/api/storageservices/table-service-error-codes
    """

    def __init__(self, status: HTTPStatus, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


class Entity(NamedTuple):
    """One entity; `properties` are as they were sent, including keys and types."""

    properties: Properties
    timestamp: str

    @property
    def etag(self) -> str:
        """The ETag of this version, which the service derives from the time of the write."""
        return f"W/\"datetime'{quote(self.timestamp, safe='')}'\""


class Tables:
    """All tables. Methods never await, so each is atomic."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tables: dict[str, dict[tuple[str, str], Entity]] = {}
        self._writes = itertools.count(1)

    def create(self, table: str) -> None:
        """Create an empty table."""
        if table.lower() in self._tables:
            raise TableError(
                HTTPStatus.CONFLICT, "TableAlreadyExists", "The table specified already exists."
            )
        self._tables[table.lower()] = {}

    def insert(self, table: str, key: tuple[str, str], properties: Properties) -> Entity:
        """Store a new entity; `key` is PartitionKey and RowKey."""
        entities = self._entities(table)
        if key in entities:
            raise TableError(
                HTTPStatus.CONFLICT, "EntityAlreadyExists", "The specified entity already exists."
            )
        return self._put(entities, key, properties)

    def read(self, table: str, key: tuple[str, str]) -> Entity:
        """Return the current entity."""
        entity = self._entities(table).get(key)
        if entity is None:
            raise TableError(
                HTTPStatus.NOT_FOUND, "ResourceNotFound", "The specified resource does not exist."
            )
        return entity

    def replace(
        self, table: str, key: tuple[str, str], etag: str, properties: Properties
    ) -> Entity:
        """Replace the entity if it still has this ETag."""
        self._require_same(table, key, etag)
        return self._put(self._entities(table), key, properties)

    def delete(self, table: str, key: tuple[str, str], etag: str) -> None:
        """Delete the entity if it still has this ETag."""
        self._require_same(table, key, etag)
        del self._entities(table)[key]

    def clear(self) -> None:
        """Delete all tables."""
        self._tables.clear()

    def _entities(self, table: str) -> dict[tuple[str, str], Entity]:
        """Return the entities of a table; table names are case-insensitive."""
        if table.lower() not in self._tables:
            raise TableError(
                HTTPStatus.NOT_FOUND, "TableNotFound", "The table specified does not exist."
            )
        return self._tables[table.lower()]

    def _put(
        self, entities: dict[tuple[str, str], Entity], key: tuple[str, str], properties: Properties
    ) -> Entity:
        # The clock may be stopped, so a counter as the fraction keeps versions apart.
        time = self._clock.now().strftime("%Y-%m-%dT%H:%M:%S")
        entities[key] = Entity(properties, f"{time}.{next(self._writes):07}Z")
        return entities[key]

    def _require_same(self, table: str, key: tuple[str, str], etag: str) -> None:
        if self.read(table, key).etag != etag:
            raise TableError(
                HTTPStatus.PRECONDITION_FAILED,
                "UpdateConditionNotSatisfied",
                "The update condition specified in the request was not satisfied.",
            )
