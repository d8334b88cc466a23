"""Prove who is asking: an interceptor that stays out of the way until the server refuses an anonymous call.

``auth_interceptors`` picks what a configuration asks for. A new way to authenticate is a class with the ``Authenticator``
protocol and a line in the table of ``select.py``. Source: reference flytekit.md 3.5.
"""

from glidepath.clients.auth.interceptor import BearerToken as BearerToken
from glidepath.clients.auth.protocol import Authenticator as Authenticator, Token as Token
from glidepath.clients.auth.select import auth_interceptors as auth_interceptors
