"""The commands of `dev.py`; never deployed.

Each command is a module or a package. Shared modules are here; a command never imports another.
"""
