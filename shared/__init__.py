"""The library that is deployed with the functions."""
