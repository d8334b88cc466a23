"""The warm parent: a small program that has loaded an SDK and forks one process per attempt.

Any interpreter runs it (``python <this folder> <descriptor>``), also one whose environment holds stock flytekit and no
Glidepath: only the standard library is imported, and syntax stays at Python 3.9. The server imports ``frames`` and
``records`` from here as well, so that both sides speak alike.
"""
