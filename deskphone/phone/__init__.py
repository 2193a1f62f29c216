"""The page in the browser, and records as it sees them."""
