"""The endpoint /storage/: the part of Table Storage's REST API that the app's ledger uses.

https://learn.microsoft.com/rest/api/storageservices/table-service-rest-api; everything else gets
501 and is reported on the page.
"""

import json
import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import NamedTuple, cast

from aiohttp import web

from local_stack.azure.identity import STORAGE, Identity, challenge
from local_stack.azure.tables import Entity, Properties, TableError, Tables
from local_stack.values import TABLE_URL

PREFIX = "/storage/"
TYPE = "@odata.type"
TYPES = ("Edm.String", "Edm.Int64")
KEYS = ("PartitionKey", "RowKey")
MOST_BYTES = 64 * 1024
"""The maximum size of a string in UTF-16."""
_NOT_IN_KEYS = re.compile(r"[/\\#?\x00-\x1f\x7f-\x9f]")
_TABLE = "[A-Za-z][A-Za-z0-9]{2,62}"
_TEXT = "'((?:[^']|'')*)'"
_ENTITY = re.compile(rf"({_TABLE})\(PartitionKey={_TEXT},RowKey={_TEXT}\)")


class Address(NamedTuple):
    """What a path names: a table or, with a key (PartitionKey, RowKey), one of its entities."""

    table: str
    key: tuple[str, str] | None


class StorageDoor:
    """Responds to the SDK; `on_gap` is called for what isn't emulated."""

    def __init__(self, tables: Tables, identity: Identity, on_gap: Callable[[str], None]) -> None:
        self._tables = tables
        self._identity = identity
        self._on_gap = on_gap

    async def handle(self, request: web.Request) -> web.Response:
        """Answer one request."""
        try:
            self._require_token(request)
            return await self._answer(request)
        except TableError as error:
            if error.status == HTTPStatus.NOT_IMPLEMENTED:
                self._on_gap(error.message)
            return _refusal(error)

    def _require_token(self, request: web.Request) -> None:
        if not self._identity.opens(STORAGE, request):
            raise TableError(
                HTTPStatus.UNAUTHORIZED,
                "NoAuthenticationInformation",
                "Server failed to authenticate the request.",
            )

    async def _answer(self, request: web.Request) -> web.Response:
        path = request.path.removeprefix(PREFIX)
        address = _address(path)
        if request.query_string or address is None:
            raise _gap(request)
        match request.method, address:
            case "POST", Address("Tables", None):
                _require_no_echo(request)
                self._tables.create(await _new_table(request))
                return _done(None)
            case "POST", Address(table, None):
                _require_no_echo(request)
                properties = await _properties(request)
                return _done(self._tables.insert(table, _key(properties), properties))
            case _, Address(table, (_, _) as key):
                return await self._entity(request, table, key)
            case _:
                raise _gap(request)

    async def _entity(self, request: web.Request, table: str, key: tuple[str, str]) -> web.Response:
        """Answer a request for one entity."""
        etag = request.headers.get("If-Match", "")
        match request.method:
            case "GET":
                return _shown(table, self._tables.read(table, key))
            case "PUT" if etag not in ("", "*"):
                properties = await _properties(request)
                return _done(self._tables.replace(table, key, etag, properties))
            case "DELETE" if etag not in ("", "*"):
                self._tables.delete(table, key, etag)
                return _done(None)
            case _:
                raise _gap(request)


def _address(path: str) -> Address | None:
    entity = _ENTITY.fullmatch(path)
    if entity is not None:
        table, *key = (part.replace("''", "'") for part in entity.groups())
        return Address(table, (key[0], key[1]))
    return Address(path, None) if re.fullmatch(_TABLE, path) else None


async def _body(request: web.Request) -> Properties:
    try:
        body = json.loads(await request.read())
    except web.HTTPRequestEntityTooLarge as error:
        raise TableError(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            "RequestBodyTooLarge",
            "The request body is too large and exceeds the maximum permissible limit.",
        ) from error
    except (ValueError, RecursionError) as error:
        raise _invalid("The body is not JSON.") from error
    if not isinstance(body, dict):
        raise _invalid("The body is not a JSON object.")
    return cast(Properties, body)


async def _new_table(request: web.Request) -> str:
    name = (await _body(request)).get("TableName")
    if not isinstance(name, str) or not re.fullmatch(_TABLE, name):
        text = "The specified resource name contains invalid characters."
        raise _bad("InvalidResourceName", text)
    return name


async def _properties(request: web.Request) -> Properties:
    """Return an entity's properties; raise TableError for types that aren't emulated."""
    properties = await _body(request)
    types = {name: kind for name, kind in properties.items() if name.endswith(TYPE)}
    for name, kind in types.items():
        if kind not in TYPES:
            raise _not_emulated(f"a property of type {kind}")
        if not isinstance(properties.get(name.removesuffix(TYPE)), str):
            raise _invalid("The value of a typed property must be a JSON string.")
    if not all(isinstance(value, str) for value in properties.values()):
        raise _not_emulated("a property that is not a string and has no type")
    _require_storable(cast(Mapping[str, str], properties), types)
    return properties


def _require_storable(properties: Mapping[str, str], types: Mapping[str, object]) -> None:
    """Reject what the service doesn't store.

    https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model
    """
    for name, value in properties.items():
        if len(value.encode("utf-16-le", "surrogatepass")) > MOST_BYTES:
            raise _bad("PropertyValueTooLarge", "The property value exceeds the maximum size.")
        if name in KEYS and _NOT_IN_KEYS.search(value):
            raise _bad("OutOfRangeInput", "One of the request inputs is out of range.")
        is_number = types.get(name + TYPE) == "Edm.Int64"
        if is_number and not re.fullmatch("-?[0-9]{1,19}", value):
            raise _invalid("An Edm.Int64 must consist of digits.")


def _key(properties: Properties) -> tuple[str, str]:
    try:
        return str(properties["PartitionKey"]), str(properties["RowKey"])
    except KeyError as error:
        text = "The values are not specified for all properties in the entity."
        raise _bad("PropertiesNeedValue", text) from error


def _require_no_echo(request: web.Request) -> None:
    if request.headers.get("Prefer") != "return-no-content":
        raise _not_emulated("an insert without Prefer: return-no-content")


def _done(entity: Entity | None) -> web.Response:
    """Return the response to a write, without the entity."""
    headers = {"ETag": entity.etag} if entity is not None else {}
    return web.Response(status=HTTPStatus.NO_CONTENT, headers=headers)


def _shown(table: str, entity: Entity) -> web.Response:
    """Return an entity with the minimal metadata that the SDK requests: no type for strings."""
    properties = {
        name: value
        for name, value in entity.properties.items()
        if not (name.endswith(TYPE) and value == "Edm.String")
    }
    body = {
        "odata.metadata": f"{TABLE_URL}/$metadata#{table}/@Element",
        "odata.etag": entity.etag,
        **properties,
        "Timestamp": entity.timestamp,
    }
    return web.json_response(body, headers={"ETag": entity.etag})


def _refusal(error: TableError) -> web.Response:
    body = {
        "odata.error": {
            "code": error.code,
            "message": {"lang": "en-US", "value": error.message},
        }
    }
    headers = challenge(STORAGE) if error.status == HTTPStatus.UNAUTHORIZED else {}
    return web.json_response(body, status=error.status, headers=headers)


def _invalid(message: str) -> TableError:
    return _bad("InvalidInput", message)


def _bad(code: str, message: str) -> TableError:
    return TableError(HTTPStatus.BAD_REQUEST, code, message)


def _gap(request: web.Request) -> TableError:
    condition = f" with If-Match: {request.headers.get('If-Match', 'nothing')[:40]}"
    shown = condition if request.method in ("PUT", "DELETE") else ""
    return _not_emulated(f"{request.method} {request.rel_url.raw_path[:80]}{shown}")


def _not_emulated(what: str) -> TableError:
    message = f"Table Storage: {what} is not emulated"
    return TableError(HTTPStatus.NOT_IMPLEMENTED, "NotImplemented", message)
