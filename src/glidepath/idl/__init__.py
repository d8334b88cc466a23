"""The words of the wire: flyteidl messages under short names, identifiers, paths, phases and canonical hashes.

The only room that imports ``flyteidl``. ``core``, ``admin``, ``event`` hold messages; ``service`` (which loads grpc) holds
stubs and servicers; ``ids``, ``paths``, ``phases`` and ``hashes`` hold the recipes that every implementation must share.
"""
