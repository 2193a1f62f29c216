"""The aiohttp connector for our HTTP clients, which Azure gives no chance to close."""

import aiohttp


class Connector(aiohttp.TCPConnector):
    """Connections that may still be open when Azure ends the process without notice."""

    def __del__(self, *args: object) -> None:
        """Stay silent, where aiohttp would log an error."""
