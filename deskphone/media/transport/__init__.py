"""Datagrams between this machine and a browser: sockets, ICE and DTLS."""
