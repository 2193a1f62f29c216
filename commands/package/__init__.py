"""`python3 dev.py package`: the app as Azure gets it, made of what is committed."""
