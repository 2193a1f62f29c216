"""`dev.py stop-sending`, `resume-sending` and `limits`: steer a running app by its live settings.

`table` changes the row of live settings, locally or in Azure; `report` says what was changed.
"""
