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


def test_no_module_of_authoring_hides_the_name_that_it_defines():
    """A submodule that is imported becomes an attribute of its package, whatever the door would have given."""
    code = "import glidepath, types\nfrom glidepath import *\nfor name in glidepath.__all__:\n"
    code += "    if isinstance(getattr(glidepath, name), types.ModuleType): print(name)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == ""
