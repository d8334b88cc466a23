"""The global flags of ``flytectl`` (reference flytectl-and-admin.md A1): same names in the configuration file.

Sections that only stock's own machinery reads (``storage``, ``otel``, formats of its logger) are accepted, so that scripts
written for it run, and have no effect; help does not list them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Flag:
    """One global flag."""

    name: str
    """Its name in the configuration: ``admin.endpoint``; for the five short ones the bare word."""
    help: str = ""
    short: str = ""
    is_switch: bool = False
    metavar: str = "TEXT"
    hidden: bool = False

    @property
    def spellings(self) -> tuple[str, ...]:
        return (f"-{self.short}", f"--{self.name}") if self.short else (f"--{self.name}",)


_READ = (
    Flag("config", "Configuration file (FLYTECTL_CONFIG, ~/.flyte/config.yaml).", "c", metavar="FILE"),
    Flag("project", "Project.", "p", metavar="NAME"),
    Flag("domain", "Domain.", "d", metavar="NAME"),
    Flag("output", "TABLE, JSON or YAML.", "o", metavar="FORMAT"),
    Flag("admin.endpoint", "Address of the control plane, host:port.", metavar="ADDRESS"),
    Flag("admin.insecure", "Plain text instead of TLS.", is_switch=True),
    Flag("admin.insecureSkipVerify", "TLS, but trust whatever certificate the server shows.", is_switch=True),
    Flag("admin.caCertFilePath", "Certificate authorities to trust, PEM.", metavar="FILE"),
    Flag("admin.authType", "ClientSecret or ExternalCommand.", metavar="TYPE"),
    Flag("admin.clientId", "OAuth2 client id.", metavar="ID"),
    Flag("admin.clientSecretLocation", "File with the client's secret.", metavar="FILE"),
    Flag("admin.clientSecretEnvVar", "Environment variable with the client's secret.", metavar="NAME"),
    Flag("admin.scopes", "OAuth2 scopes, joined with commas.", metavar="LIST"),
    Flag("admin.audience", "OAuth2 audience.", metavar="TEXT"),
    Flag("admin.tokenUrl", "Where tokens are issued; by default the server says.", metavar="URL"),
    Flag("admin.authorizationHeader", "Metadata key of the token; by default the server says.", metavar="KEY"),
    Flag("admin.command", "Command that prints a token, words joined with commas.", metavar="LIST"),
    Flag("admin.proxyCommand", "Command that prints a token for a proxy.", metavar="LIST"),
    Flag("admin.httpProxyURL", "Proxy for the token endpoint.", metavar="URL"),
    Flag("admin.maxRetries", "Repetitions after a passing fault (4).", metavar="N"),
    Flag("admin.maxBackoffDelay", "Longest wait between two attempts (8s).", metavar="DURATION"),
    Flag("admin.perRetryTimeout", "Time for one attempt (15s).", metavar="DURATION"),
    Flag("admin.maxMessageSizeBytes", "Largest answer accepted (20 MiB).", metavar="BYTES"),
    Flag("console.endpoint", "Address of the console, for links.", metavar="URL"),
)

_ACCEPTED_SWITCHES = (
    "admin.useAuth",
    "admin.useAudienceFromAdmin",
    "interactive",
    "logger.show-source",
    "logger.mute",
    "storage.enable-multicontainer",
    "storage.connection.disable-ssl",
)

_ACCEPTED = (
    "admin.authorizationServerUrl",
    "admin.defaultServiceConfig",
    "admin.tokenRefreshWindow",
    "admin.pkceConfig.timeout",
    "admin.pkceConfig.refreshTime",
    "admin.deviceFlowConfig.refreshTime",
    "admin.deviceFlowConfig.timeout",
    "admin.deviceFlowConfig.pollInterval",
    "logger.level",
    "logger.formatter.type",
    "otel.type",
    "otel.file.filename",
    "otel.jaeger.endpoint",
    "otel.otlpgrpc.endpoint",
    "otel.otlphttp.endpoint",
    "otel.sampler.parentSampler",
    "storage.type",
    "storage.container",
    "storage.connection.endpoint",
    "storage.connection.auth-type",
    "storage.connection.access-key",
    "storage.connection.secret-key",
    "storage.connection.region",
    "storage.stow.kind",
    "storage.stow.config",
    "storage.cache.max_size_mbs",
    "storage.cache.target_gc_percent",
    "storage.limits.maxDownloadMBs",
    "storage.defaultHttpClient.timeout",
)

GLOBAL_FLAGS: tuple[Flag, ...] = (
    *_READ,
    *(Flag(name, short="i" if name == "interactive" else "", is_switch=True, hidden=True) for name in _ACCEPTED_SWITCHES),
    *(Flag(name, hidden=True) for name in _ACCEPTED),
)
