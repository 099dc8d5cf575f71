"""CloudWatch metrics: kept as they were put, aggregated as they are asked for.

moto has CloudWatch too and is not used for it: its answers mix metrics of other namespaces and
dimensions, its periods begin elsewhere, and it does not speak the protocol of today's clients.
"""
