"""What the account is made of: its records on their shelves, tokens, SIDs, numbers, opt-outs."""
