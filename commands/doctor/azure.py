"""Read a deployed app's state from Azure Resource Manager, with the sign-in of `az login`."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import NamedTuple, cast
from urllib.parse import quote

from commands.doctor.web import Answer, UnreachableError, Web

MANAGEMENT = "https://management.azure.com"
GRAPH = "/providers/Microsoft.ResourceGraph/resources"
# API versions of the resource providers (learn.microsoft.com/rest/api).
GRAPH_VERSION = "2022-10-01"
SITE_VERSION = "2024-11-01"  # the first with siteUpdateStrategy
WORKSPACE_VERSION = "2023-09-01"
# `contains` also matches other hosts, so the results are compared by name afterwards.
QUERY = (
    "resources | where type =~ 'microsoft.web/sites' "
    "| where tostring(properties.defaultHostName) =~ '{host}' "
    "or tostring(properties.hostNames) contains '{host}' "
    "| project id, defaultHostName = properties.defaultHostName, hostNames = properties.hostNames"
)
HOST = re.compile("[a-z0-9.-]+")
SITE = re.compile(
    r"(?P<group_path>/subscriptions/[\w-]+/resourceGroups/(?P<group>[\w.()-]+))"
    r"/providers/Microsoft\.Web/sites/(?P<name>[\w-]+)",
    re.IGNORECASE,
)
AGAIN = "try again in a minute"

Document = Mapping[str, object]
SignIn = Callable[[], Awaitable[str]]


class NoAnswerError(Exception):
    """Azure gave no usable answer, which says nothing about the app.

    `text` says why, `cure` what to do.
    """

    def __init__(self, text: str, cure: str) -> None:
        super().__init__(text)
        self.text = text
        self.cure = cure


class Site(NamedTuple):
    """A function app: its path in Azure, its name, its resource group and the group's path."""

    path: str
    name: str
    group: str
    group_path: str


async def az_token() -> str:
    """Return a token for the user of `az login`; raise NoAnswerError if there isn't one."""
    from azure.core.exceptions import ClientAuthenticationError

    from shared.config.identity import credential

    identity = credential(managed_identity=False, client_id="")
    try:
        token = await asyncio.to_thread(identity.get_token, f"{MANAGEMENT}/.default")
    except ClientAuthenticationError as error:  # also if az is not installed
        raise NoAnswerError("the Azure CLI is missing or not signed in", "run az login") from error
    return token.token


class ResourceManager:
    """A client for Azure Resource Manager; methods raise NoAnswerError without a usable answer."""

    def __init__(self, web: Web, url: str = MANAGEMENT, sign_in: SignIn = az_token) -> None:
        """Create a client for `url`, the only place where it sends the token."""
        self._web = web
        self._url = url
        self._sign_in = sign_in
        self._token = ""

    async def sites_at(self, host: str) -> list[Site]:
        """Return the apps with this host name, their own or a custom domain.

        Resource Graph searches every subscription that the account can read.
        """
        if not HOST.fullmatch(host):
            raise NoAnswerError(f"{host or 'the address'} is not a valid host name", "check --url")
        options = {"resultFormat": "objectArray"}
        query = json.dumps({"query": QUERY.format(host=host), "options": options})
        answer = await self._ask(GRAPH, GRAPH_VERSION, "Reader", query.encode())
        return [
            _site(str(row.get("id"))) for row in rows(answer, "data") if host in _host_names(row)
        ]

    async def site(self, site: Site) -> Document:
        """Return the app's resource."""
        return await self._ask(site.path, SITE_VERSION, "Reader")

    async def app_settings(self, site: Site) -> frozenset[str]:
        """Return the names of the app settings that have a value, but not the values."""
        path = f"{site.path}/config/appsettings/list"
        answer = await self._ask(path, SITE_VERSION, "Website Contributor", b"")
        found = answer.get("properties")
        if not isinstance(found, dict):
            raise _unreadable()
        return frozenset(name for name, value in cast("Document", found).items() if value)

    async def references(self, site: Site) -> list[Document]:
        """Return the app settings that refer to Key Vault, each with its `status`."""
        path = f"{site.path}/config/configreferences/appsettings"
        return rows(await self._ask(path, SITE_VERSION, "Reader"), "value")

    async def workspaces(self, site: Site) -> list[Document]:
        """Return the Log Analytics workspaces in the app's resource group."""
        path = f"{site.group_path}/providers/Microsoft.OperationalInsights/workspaces"
        return rows(await self._ask(path, WORKSPACE_VERSION, "Reader"), "value")

    async def _ask(self, path: str, version: str, role: str, body: bytes | None = None) -> Document:
        """GET a path, or POST to it; `role` is the role that this requires."""
        self._token = self._token or await self._sign_in()
        headers = {"Authorization": f"Bearer {self._token}"}
        url = f"{self._url}{quote(path, safe='/()')}?api-version={version}"
        try:
            answer = await self._web.ask(url, body=body, headers=headers)
        except UnreachableError as error:
            raise NoAnswerError(f"Azure Resource Manager: {error}", AGAIN) from error
        if answer.status != HTTPStatus.OK:
            raise NoAnswerError(*_refusal(answer, role))
        try:
            document: object = json.loads(answer.text)
        except (ValueError, RecursionError) as error:
            raise _unreadable() from error
        if not isinstance(document, dict):
            raise _unreadable()
        return cast("Document", document)


def member(document: Document, *path: str) -> object:
    """Return the value at a path in a document, None if it is missing."""
    found: object = document
    for name in path:
        found = cast("Document", found).get(name) if isinstance(found, dict) else None
    return found


def rows(document: Document, name: str) -> list[Document]:
    """Return a list of objects in a document; raise NoAnswerError if it is missing."""
    found = document.get(name)
    if not isinstance(found, list):
        raise _unreadable()
    return [cast("Document", row) for row in cast("list[object]", found) if isinstance(row, dict)]


def _host_names(row: Document) -> set[str]:
    others = row.get("hostNames")
    listed = cast("list[object]", others) if isinstance(others, list) else []
    return {str(name).lower() for name in (row.get("defaultHostName"), *listed)}


def _site(path: str) -> Site:
    found = SITE.fullmatch(path)
    if found is None:
        raise _unreadable()
    return Site(path, found["name"], found["group"], found["group_path"])


def _refusal(answer: Answer, role: str) -> tuple[str, str]:
    """Return what a status other than 200 means, and what to do."""
    if answer.status == HTTPStatus.UNAUTHORIZED:
        return "Azure rejected your sign-in", "run az login in the app's tenant"
    if answer.status == HTTPStatus.FORBIDDEN:
        return "your account can't read this", f"get the {role} role on the resource group"
    if answer.status == HTTPStatus.NOT_FOUND:
        return "Azure can't find this", "check whether the app was just deleted or moved"
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        return "Azure is throttling your requests (429)", AGAIN
    return f"Azure Resource Manager responded with {answer.status}", AGAIN


def _unreadable() -> NoAnswerError:
    return NoAnswerError("Azure's response is invalid", "report it as a bug")
