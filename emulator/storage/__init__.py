"""A stand-in for Azure Table Storage: the tables, and the door to them."""

from emulator.storage.door import PREFIX, StorageDoor
from emulator.storage.tables import Tables

__all__ = ["PREFIX", "StorageDoor", "Tables"]
