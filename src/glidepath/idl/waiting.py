"""The one word that Glidepath adds to the wire: a question that is answered when there is something to say."""

WAIT = "x-glidepath-wait"
"""Metadata of a ``GetExecution`` call: its value says for what. Servers that do not know it answer at once, as ever."""
END = "end"
"""Value of :data:`WAIT`: answer when the execution has ended. How long to wait at most is the call's own deadline."""
