"""The web pages that clients link to: plain HTML made on the server, through the control plane's own API.

``pages.routes(services)`` is the door. ``views`` turns messages into rows, ``literals`` turns literals into text.
"""
