"""The control plane: its store, the rules of registration and launching, one module per gRPC area, and the servers in front.

``store/`` keeps everything; ``registration``, ``launch`` and ``apply`` are the pure rules; ``services/`` put rules and store
together behind the RPCs; ``grpc`` serves them.
"""
