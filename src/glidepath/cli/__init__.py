"""The command lines: ``pyflyte``, ``flytectl``, ``flyteadmin``; one module per command, loaded only when it is called."""
