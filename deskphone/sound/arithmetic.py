"""`audioop`, without the warning of Python 3.11 and 3.12. Newer ones get it from audioop-lts.

A program or test that turns warnings into errors could not load it otherwise.
"""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import audioop

__all__ = ["audioop"]
