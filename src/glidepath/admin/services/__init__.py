"""The RPCs of AdminService and SignalService, one module per area: rules and store put together, nothing of gRPC."""
