"""`dev.py doctor`: what is wrong locally or in a deployment, and how to fix it.

`checklist` lists what is checked; `items` has one function per line, which returns a finding.
"""
