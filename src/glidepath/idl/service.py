"""flyteidl.service under short names: the messages of the small services and the gRPC stubs and servicers of all.

Importing this module loads ``grpc``; only rooms that talk to a network do.
"""

from flyteidl.service import admin_pb2, auth_pb2, dataproxy_pb2, identity_pb2, signal_pb2
from flyteidl.service.admin_pb2_grpc import (
    AdminServiceServicer as AdminServiceServicer,
    AdminServiceStub as AdminServiceStub,
    add_AdminServiceServicer_to_server as add_AdminServiceServicer_to_server,
)
from flyteidl.service.auth_pb2 import (
    OAuth2MetadataRequest as OAuth2MetadataRequest,
    OAuth2MetadataResponse as OAuth2MetadataResponse,
    PublicClientAuthConfigRequest as PublicClientAuthConfigRequest,
    PublicClientAuthConfigResponse as PublicClientAuthConfigResponse,
)
from flyteidl.service.auth_pb2_grpc import (
    AuthMetadataServiceServicer as AuthMetadataServiceServicer,
    AuthMetadataServiceStub as AuthMetadataServiceStub,
    add_AuthMetadataServiceServicer_to_server as add_AuthMetadataServiceServicer_to_server,
)
from flyteidl.service.dataproxy_pb2 import (
    ArtifactType as ArtifactType,
    CreateDownloadLinkRequest as CreateDownloadLinkRequest,
    CreateDownloadLinkResponse as CreateDownloadLinkResponse,
    CreateDownloadLocationRequest as CreateDownloadLocationRequest,
    CreateDownloadLocationResponse as CreateDownloadLocationResponse,
    CreateUploadLocationRequest as CreateUploadLocationRequest,
    CreateUploadLocationResponse as CreateUploadLocationResponse,
    GetDataRequest as GetDataRequest,
    GetDataResponse as GetDataResponse,
    PreSignedURLs as PreSignedURLs,
)
from flyteidl.service.dataproxy_pb2_grpc import (
    DataProxyServiceServicer as DataProxyServiceServicer,
    DataProxyServiceStub as DataProxyServiceStub,
    add_DataProxyServiceServicer_to_server as add_DataProxyServiceServicer_to_server,
)
from flyteidl.service.identity_pb2 import (
    UserInfoRequest as UserInfoRequest,
    UserInfoResponse as UserInfoResponse,
)
from flyteidl.service.identity_pb2_grpc import (
    IdentityServiceServicer as IdentityServiceServicer,
    IdentityServiceStub as IdentityServiceStub,
    add_IdentityServiceServicer_to_server as add_IdentityServiceServicer_to_server,
)
from flyteidl.service.signal_pb2_grpc import (
    SignalServiceServicer as SignalServiceServicer,
    SignalServiceStub as SignalServiceStub,
    add_SignalServiceServicer_to_server as add_SignalServiceServicer_to_server,
)

DESCRIPTORS = {
    descriptor.full_name: descriptor
    for module in (admin_pb2, auth_pb2, dataproxy_pb2, identity_pb2, signal_pb2)
    for descriptor in module.DESCRIPTOR.services_by_name.values()
}
"""Full name to descriptor of each service; importing this module also makes the descriptor pool know them."""
