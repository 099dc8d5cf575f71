"""The part of AWS Glue's script library that is real here, written from its public documentation.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-python.html
A DynamicFrame is a Spark DataFrame underneath: it has no choice types, since its schema is known
before a record is read. What is not here raises NotImplementedError and says its name.
"""
