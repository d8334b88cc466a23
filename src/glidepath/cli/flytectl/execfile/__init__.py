"""The YAML file from which executions start: written by ``get --execFile``, read by ``create execution --execFile``.

Keys and conversions: reference flytectl-and-admin.md A5. ``flytectl`` knows no user code, so values are converted by the
literal types of the interface alone.
"""
