"""The resources of the REST API below the account, a file each."""
