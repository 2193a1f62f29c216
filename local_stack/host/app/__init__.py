"""Read an app's folder: host.json, each function.json, the keys, and what is wrong with them."""
