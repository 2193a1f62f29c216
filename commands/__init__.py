"""The commands of `dev.py`, a module or a package each; never deployed.

Modules here serve several commands; a package never imports another command's.
"""
