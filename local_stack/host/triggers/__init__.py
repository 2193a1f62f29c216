"""The triggers, one module each: what starts a function, what it sees, what its result does."""
