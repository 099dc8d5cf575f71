"""AWS's protocols, read from botocore's service models: no service knows HTTP."""
