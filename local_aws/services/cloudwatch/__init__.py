"""CloudWatch metrics: kept as they were put, aggregated as they are asked for.

moto has CloudWatch too and is not used for it. moto 5.2.5 adds up metrics of other namespaces and
other dimensions, begins periods at the first datum, and has no RPC v2 CBOR.
"""
