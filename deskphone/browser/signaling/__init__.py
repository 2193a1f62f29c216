"""The signaling itself: sockets, frames, tokens, edges and errors. It knows no calls."""
