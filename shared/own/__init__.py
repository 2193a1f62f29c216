"""Your own functions' logic, one module each: `dev.py new` puts it here.

These modules may import anything in `shared`. Only the functions import them.
"""
