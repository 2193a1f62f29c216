"""A stand-in for Azure Table Storage: the tables, and the door to them."""

from local_stack.azure.table_door import PREFIX, StorageDoor
from local_stack.azure.tables import Tables

__all__ = ["PREFIX", "StorageDoor", "Tables"]
