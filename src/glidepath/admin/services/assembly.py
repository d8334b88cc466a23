"""The services that the control plane answers from its store."""

from glidepath.admin.rpc import Rpc, Service
from glidepath.admin.services.cache_explanations import CacheExplanations
from glidepath.admin.services.catalog import DataCatalog
from glidepath.admin.services.context import Context
from glidepath.admin.services.data import Data
from glidepath.admin.services.descriptions import Descriptions
from glidepath.admin.services.events import Events
from glidepath.admin.services.executions import Executions
from glidepath.admin.services.launch_plans import LaunchPlans
from glidepath.admin.services.names import NamedEntities
from glidepath.admin.services.node_executions import NodeExecutions
from glidepath.admin.services.platform import Platform
from glidepath.admin.services.projects import Projects
from glidepath.admin.services.signals import Signals
from glidepath.admin.services.starting_over import StartingOver
from glidepath.admin.services.task_executions import TaskExecutions
from glidepath.admin.services.tasks import Tasks
from glidepath.admin.services.workflows import Workflows
from glidepath.idl.own_services import CACHE_SERVICE


def admin_service(context: Context) -> Service:
    """AdminService: everything but matchable attributes and metrics, which answer UNIMPLEMENTED."""
    areas = (
        Projects(context),
        Tasks(context),
        Workflows(context),
        LaunchPlans(context),
        NamedEntities(context),
        Descriptions(context),
        Executions(context),
        StartingOver(context),
        NodeExecutions(context),
        TaskExecutions(context),
        Data(context),
        Events(context),
        Platform(),
    )
    rpcs: dict[str, Rpc] = {}
    for area in areas:
        rpcs.update(area.rpcs)
    return Service("flyteidl.service.AdminService", rpcs)


def signal_service(context: Context) -> Service:
    """SignalService."""
    return Service("flyteidl.service.SignalService", Signals(context).rpcs)


def catalog_service(context: Context) -> Service:
    """DataCatalog."""
    return Service("datacatalog.DataCatalog", DataCatalog(context, context.orchestrator.freed).rpcs)


def cache_service(context: Context) -> Service:
    """What only Glidepath has: explanations of hits and misses."""
    return Service(CACHE_SERVICE, CacheExplanations(context).rpcs)
