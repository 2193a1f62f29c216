"""HTTP in front of the functions: routes, keys, requests and answers."""
