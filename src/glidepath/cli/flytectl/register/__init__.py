"""``flytectl register``: send what ``pyflyte package`` wrote to a control plane."""

from glidepath.cli.flytectl.command import Group
from glidepath.cli.lazy import Entry

group = Group(
    "register",
    help="Register what pyflyte packaged.",
    table={"files": Entry("glidepath.cli.flytectl.register.files:files", "Register files, folders or an archive.", ("file",))},
)
