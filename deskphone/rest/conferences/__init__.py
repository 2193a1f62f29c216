"""The REST resources of conferences and of what is in them."""
