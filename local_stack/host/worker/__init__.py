"""Run the functions with Microsoft's runtime package, and survive what they do."""
