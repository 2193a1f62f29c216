"""The doctor's checks by subject: each `check_…` checks one thing and returns a finding."""
