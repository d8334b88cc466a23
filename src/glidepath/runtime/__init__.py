"""One attempt of one task in one process: inputs, the user's function, outputs or an error document.

``context`` is light and may be imported by everybody; ``entrypoint`` holds the programs that containers start.
"""
