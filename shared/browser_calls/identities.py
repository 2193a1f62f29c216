"""The identity in a token: named by the app's owner, or derived from a sign-in."""

import hmac
import re
from collections.abc import Mapping

from shared.answers.browsers import IDENTITY
from shared.browser_calls.errors import NotSetUpError, NotSignedInError
from shared.config.credentials import Credentials
from shared.config.settings import Secret, Settings
from shared.errors import ConfigurationError, InvalidRequestError
from shared.http.inputs import Inputs, required
from shared.media.links import require_strong

FIELDS = ("identity",)

# App Service sets these for a signed-in person, and removes them from what clients send.
# https://learn.microsoft.com/azure/app-service/configure-authentication-user-identities
PRINCIPAL_ID = "x-ms-client-principal-id"
PROVIDER = "x-ms-client-principal-idp"
_PRINCIPAL = re.compile("[!-~]{1,256}")
_PURPOSE = "client identity"
_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")


def named_identity(inputs: Inputs) -> str:
    """Return the input `identity`; raise InvalidRequestError if it is missing or invalid."""
    identity = required(inputs.text("identity"), "identity")
    if not IDENTITY.fullmatch(identity):
        raise InvalidRequestError(
            "`identity` must have 1 to 121 letters, digits and underscores. Use an internal ID "
            "instead of an email address: Twilio's logs show it.",
            field="identity",
        )
    return identity


async def own_identity(
    headers: Mapping[str, str], config: Settings, credentials: Credentials
) -> str:
    """Return the identity of the person that App Service has signed in.

    `headers` are those of the request, by any case of their names. Raise NotSignedInError without
    a sign-in that the settings trust, NotSetUpError without a key.
    """
    principal = _principal(headers, config)
    try:
        key = require_strong(await credentials.find(Secret.LINK_SIGNING_KEY))
    except ConfigurationError as error:
        raise NotSetUpError(error.detail) from error
    return derived(principal, headers.get(PROVIDER, ""), key)


def derived(principal: str, provider: str, key: str) -> str:
    """Return the identity of a person: 32 letters that only the owner of the key can work out.

    The same ID at another provider is someone else. There are no digits in it, since logs mask
    what looks like a number.
    """
    text = "\n".join((_PURPOSE, provider, principal))
    digest = hmac.digest(key.encode(), text.encode(), "sha256").hex()[:32]
    return digest.translate(_LETTERS)


def _principal(headers: Mapping[str, str], config: Settings) -> str:
    if not config.client_identity_from:
        raise NotSignedInError(
            "This app doesn't issue tokens to browsers. To let signed-in people get one, turn on "
            "App Service authentication and set CLIENT_IDENTITY_FROM to easy_auth.",
            setting="CLIENT_IDENTITY_FROM",
        )
    # Without App Service's sign-in, clients could set the header themselves. The local stack
    # removes it from what they send.
    if not (config.has_sign_in or config.local_stack_url):
        raise NotSignedInError(
            "App Service authentication is off, so there is no proof of who is asking. Turn it on "
            "for this app; Azure then sets WEBSITE_AUTH_ENABLED.",
            setting="WEBSITE_AUTH_ENABLED",
        )
    principal = headers.get(PRINCIPAL_ID, "")
    if not _PRINCIPAL.fullmatch(principal):
        raise NotSignedInError("Sign in, then try again.")
    return principal
