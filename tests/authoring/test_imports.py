import subprocess
import sys

LIGHT = """
import sys
from glidepath import {names}
print(sorted(m for m in sys.modules if m.startswith(("flyteidl.", "google.protobuf", "glidepath.local", "glidepath.storage"))))
"""


def test_importing_the_authoring_names_loads_no_message_and_no_runner():
    names = "task, workflow, LaunchPlan, Resources, kwtypes, current_context, CronSchedule, Secret, reference_task"
    code = LIGHT.format(names=names)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
