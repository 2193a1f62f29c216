"""One browser's audio connection: ICE-lite, DTLS-SRTP, PCMU and RFC 4733 digits on this machine.

Import it only once a browser needs it: it loads OpenSSL.
"""
