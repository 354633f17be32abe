"""Live frames over a WebSocket: faces followed, named, corrected and enrolled as they come."""
