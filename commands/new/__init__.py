"""`dev.py new`: create a function with its logic, a test, and documentation."""
