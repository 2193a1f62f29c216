"""The ports and settings of `dev.py start`. A test compares them with the local stack."""

FUNCTIONS_PORT = 7071
PHONE_PORT = 7072
FUNCTION_KEY = "local"


def local_values(functions_url: str, phone_port: int) -> dict[str, str]:
    """Return the settings that point the functions at the emulator, as `dev.py start` does.

    Its secrets don't work anywhere else.
    """
    emulator = f"http://127.0.0.1:{phone_port}"
    return {
        "LOCAL_STACK_URL": emulator,
        "LOCAL_STACK_TWILIO_URL": emulator,
        "KEY_VAULT_URL": "https://local-stack.vault.azure.net",
        "IDENTITY_ENDPOINT": f"{emulator}/identity/token",
        "IDENTITY_HEADER": "local",
        "AZURE_CLIENT_ID": "",
        "AzureWebJobsStorage": "",
        "AzureWebJobsStorage__accountName": "",
        "AzureWebJobsStorage__tableServiceUri": "https://local-stack.table.core.windows.net",
        "AzureWebJobsStorage__clientId": "",
        "PUBLIC_URL": functions_url,
        "WEBSITE_HOSTNAME": functions_url.removeprefix("http://"),
        "TWILIO_FROM_NUMBER": "+12025550100",
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
    }
