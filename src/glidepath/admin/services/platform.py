"""What the control plane says of itself."""

from glidepath.admin.rpc import Call, Rpc
from glidepath.idl import admin
from glidepath.version import VERSION


class Platform:
    """GetVersion."""

    @property
    def rpcs(self) -> dict[str, Rpc]:
        return {"GetVersion": self.version}

    def version(self, request: admin.GetVersionRequest, call: Call) -> admin.GetVersionResponse:
        """The version of this control plane; there is no build beside the release."""
        return admin.GetVersionResponse(control_plane_version=admin.Version(Build="glidepath", Version=VERSION))
