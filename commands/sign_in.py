"""Your own sign-in to Azure, as the commands use it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

HOW_TO = "you aren't signed in. Run azd auth login or az login"


def user_credential(*, azd_first: bool) -> "TokenCredential":
    """Return the credential of the user: azd's sign-in or the Azure CLI's, whichever works."""
    from azure.identity import (
        AzureCliCredential,
        AzureDeveloperCliCredential,
        ChainedTokenCredential,
    )

    both = [AzureDeveloperCliCredential(), AzureCliCredential()]
    return ChainedTokenCredential(*(both if azd_first else reversed(both)))
