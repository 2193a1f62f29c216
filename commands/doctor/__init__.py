"""`python3 dev.py doctor`: what is wrong with a desk or a deployment, and what to do about it.

`items` holds the list of what is checked; each item is one function that returns a finding.
"""
