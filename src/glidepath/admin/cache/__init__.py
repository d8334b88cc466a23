"""The cache of the control plane: kept outputs, who may compute which, and how a node learns of both."""
