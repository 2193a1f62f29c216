"""The endpoints that the Functions host has besides the functions: /admin/... and the home page."""
