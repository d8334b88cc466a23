"""Run as a script: ``flyteadmin serve`` with its options, and every event that its journal takes, appended to a file.

    python recorded_server.py EVENTS_FILE OPTION...

A line is the name of a flyteidl message and its bytes in base64.
"""

import base64
import sys

import glidepath.admin.server
from glidepath.admin.journal import Journal
from glidepath.cli.flyteadmin.serve import serve
from glidepath.engine.rendering import render


class RecordingJournal(Journal):
    """The server's own journal, which also writes down what it is told, before it is committed."""

    file = None

    def add(self, live, transition, *rest):
        for record in transition.records:
            message = render(live.state, record)
            data = base64.b64encode(message.SerializeToString()).decode()
            self.file.write(f"{type(message).__name__} {data}\n")
        self.file.flush()
        super().add(live, transition, *rest)


if __name__ == "__main__":
    RecordingJournal.file = open(sys.argv[1], "a")  # noqa: SIM115  (for the life of the process)
    glidepath.admin.server.Journal = RecordingJournal
    serve(sys.argv[2:])
