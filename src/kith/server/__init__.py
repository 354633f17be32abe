"""HTTP, live frames over WebSocket, and the page: kith for other programs and for browsers.

Needs ``pip install 'kith[server]'``.
"""
