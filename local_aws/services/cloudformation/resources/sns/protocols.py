"""How a topic's messages reach a subscriber."""

from local_aws.services.cloudformation.resources.handler import ResourceFailed

PROTOCOLS = ("sqs", "http", "https", "email", "email-json")
"""What a subscription here may be of; messages are told to the first three alone."""


def check(protocol: str) -> None:
    """Raise ResourceFailed where messages would be lost in silence or fail the publisher."""
    if protocol not in PROTOCOLS:
        raise ResourceFailed(f"Subscriptions of the protocol {protocol} are not supported here")
