"""The stock side of the comparison, run by stock flytekit's Python: ``write FILE`` or ``read FILE RESULT``."""

import json
import logging
import sys

from stock_table import TABLE, canonical

if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    from flyteidl.core.literals_pb2 import Literal as LiteralMessage
    from flytekit.core.context_manager import FlyteContextManager
    from flytekit.core.type_engine import TypeEngine
    from flytekit.models.literals import Literal

    ctx = FlyteContextManager.current_context()
    command, path = sys.argv[1:3]
    result = {}
    if command == "write":
        for name, (python_type, values) in TABLE.items():
            literal_type = TypeEngine.to_literal_type(python_type)
            literals = [TypeEngine.to_literal(ctx, value, python_type, literal_type) for value in values]
            result[name] = {
                "type": literal_type.to_flyte_idl().SerializeToString().hex(),
                "literals": [literal.to_flyte_idl().SerializeToString().hex() for literal in literals],
            }
    else:
        with open(path) as stream:
            written = json.load(stream)
        for name, literals in written.items():
            python_type = TABLE[name][0]
            result[name] = []
            for text in literals:
                literal = Literal.from_flyte_idl(LiteralMessage.FromString(bytes.fromhex(text)))
                try:
                    result[name].append(canonical(TypeEngine.to_python_value(ctx, literal, python_type)))
                except Exception as error:  # reported to the test, which fails with it
                    result[name].append(f"{type(error).__name__}: {error}")
        path = sys.argv[3]
    with open(path, "w") as stream:
        json.dump(result, stream)
