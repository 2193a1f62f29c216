"""The logic of your own functions, a module each: `dev.py new` puts it here.

It may use every room of the shared library; no room uses it, only the functions do.
"""
