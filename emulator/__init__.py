"""The local stack: everything that the functions talk to, on one desk. Nothing in here is deployed."""
