"""Schedules."""

from local_aws.services.cloudformation.resources.databrew.named import Document, Named, present
from local_aws.services.cloudformation.resources.handler import Properties

SCHEDULE = ("CronExpression", "JobNames")


class Schedules(Named):
    """AWS::DataBrew::Schedule."""

    takes = frozenset({"Name", "Tags", *SCHEDULE})
    noun = "schedule"

    def request(self, properties: Properties) -> Document:
        return present(properties, *SCHEDULE)

    def template(self, shown: Document) -> Document:
        return present(shown, *SCHEDULE)
