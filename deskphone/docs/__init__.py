"""/docs: the emulator's own HTTP interface and the app's, rendered by Swagger UI."""
