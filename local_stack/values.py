"""The fixed values of the local stack.

They only work for the emulator, so they aren't secret.
"""

from deskphone.values import (
    ACCOUNT_SID,
    API_KEY_SECRET,
    API_KEY_SID,
    APPLICATION_SID,
    AUTH_TOKEN,
    LINE,
    SHARED_KEY,
)

FUNCTION_KEY = "local"
LINK_SIGNING_KEY = "2" * 32
"""Signs the links to recordings."""

VAULT_URL = "https://local-stack.vault.azure.net"
TABLE_URL = "https://local-stack.table.core.windows.net"
IDENTITY_HEADER = "local"
FUNCTIONS_PORT = 7071

SECRETS = {
    "TwilioAccountSid": ACCOUNT_SID,
    "TwilioAuthToken": AUTH_TOKEN,
    "TwilioApiKeySid": API_KEY_SID,
    "TwilioApiKeySecret": API_KEY_SECRET,
    "TwilioWebhookKey": SHARED_KEY,
    "LinkSigningKey": LINK_SIGNING_KEY,
}
"""The contents of the Key Vault stand-in, by secret name."""


BROWSER_CALLS = {
    "TWILIO_TWIML_APP_SID": APPLICATION_SID,
    "CLIENT_IDENTITY_FROM": "easy_auth",
    "CLIENT_SOFTPHONE": "true",
    "LOCAL_PRINCIPAL_ID": "me",
}
"""Settings with which the softphone works locally; the app's own come before them."""


def settings_of_other_apps(functions_url: str, emulator_url: str) -> dict[str, str]:
    """Return the settings for an app that isn't this project's; its own come before them."""
    return {
        "AZURE_FUNCTIONS_ENVIRONMENT": "Development",
        "FUNCTIONS_WORKER_RUNTIME": "python",
        "LOCAL_STACK_URL": emulator_url,
        "WEBSITE_HOSTNAME": functions_url.removeprefix("http://"),
    }


def host_settings(
    functions_url: str, emulator_url: str, twilio_url: str | None = None
) -> dict[str, str]:
    """Return the settings that point the functions at the local stack; they override all others.

    URLs have no trailing slash, such as http://127.0.0.1:7071. `twilio_url` is the emulator's
    separate port for Twilio's API, if it has one. An empty value counts as not set, which hides a
    real account's setting.
    """
    return {
        "LOCAL_STACK_URL": emulator_url,
        "LOCAL_STACK_TWILIO_URL": twilio_url or emulator_url,
        "KEY_VAULT_URL": VAULT_URL,
        "IDENTITY_ENDPOINT": f"{emulator_url}/identity/token",
        "IDENTITY_HEADER": IDENTITY_HEADER,
        "AZURE_CLIENT_ID": "",
        "AzureWebJobsStorage": "",
        "AzureWebJobsStorage__accountName": "",
        "AzureWebJobsStorage__tableServiceUri": TABLE_URL,
        "AzureWebJobsStorage__clientId": "",
        "PUBLIC_URL": functions_url,
        "WEBSITE_HOSTNAME": functions_url.removeprefix("http://"),
        "TWILIO_FROM_NUMBER": LINE,
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
    }
