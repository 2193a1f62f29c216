"""A local Azure Functions host: an HTTP server on top of Microsoft's own runtime package.

Reads the app's `host.json` and every `function.json`, and runs the functions with
`azure-functions-runtime-v1`, the library that runs them in Azure. It knows nothing about Twilio.
"""
