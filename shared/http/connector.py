"""The aiohttp connector of our HTTP clients, which Azure gives no chance to close."""

import aiohttp


class Connector(aiohttp.TCPConnector):
    """Connections that may still be open when the process ends: Azure ends it without notice."""

    def __del__(self, *args: object) -> None:
        """Say nothing, where aiohttp would log an error."""
