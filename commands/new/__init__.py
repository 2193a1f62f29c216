"""`dev.py new`: make a function by its prefix, with its logic, a test and its documentation."""
