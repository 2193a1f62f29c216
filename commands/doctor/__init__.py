"""`dev.py doctor`: what is wrong locally or in a deployment, and how to fix it.

`checklist` lists the checks; `items` has a function for each, which returns a finding.
"""
