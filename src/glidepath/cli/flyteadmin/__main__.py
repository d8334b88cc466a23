"""``python -m glidepath.cli.flyteadmin``: the server without the console script, as the embedded one is started."""

from glidepath.cli.flyteadmin import main

main()
