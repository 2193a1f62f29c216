"""The command `deskphone` and its subcommands.

Used only by `python -m deskphone` and the console script.
"""
