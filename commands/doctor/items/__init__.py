"""The items of the doctor by subject: each `check_…` examines one thing and returns a finding."""
