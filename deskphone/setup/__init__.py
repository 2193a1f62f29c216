"""How an emulator begins: the settings in deskphone.toml, and the state of an earlier run.

Used only by the command line.
"""
