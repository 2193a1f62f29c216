"""A local Azure Functions host: HTTP in front, Microsoft's own runtime package behind.

It reads the app's real `host.json` and every `function.json`, and runs the functions through
`azure-functions-runtime-v1`, the library that runs them in the cloud. It knows nothing of Twilio.
"""
