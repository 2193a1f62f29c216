"""`dev.py new`: a function by its prefix, with its logic, its test and its line in the API."""
