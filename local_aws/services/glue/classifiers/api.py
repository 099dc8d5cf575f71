"""Glue's operations on custom classifiers: CSV and JSON; grok and XML are refused by name."""

from typing import TYPE_CHECKING

from local_aws.services.glue.classifiers.definitions import ClassifierStore, name_of
from local_aws.services.glue.paging import page

if TYPE_CHECKING:
    from local_aws.context import Platform, Request, Response


class ClassifiersApi:
    """The part of crawlers' operations that is about classifiers."""

    def __init__(self, platform: "Platform") -> None:
        self.classifiers = ClassifierStore(platform)

    def create_classifier(self, request: "Request") -> "Response":
        self.classifiers.create(request)
        return {}

    def update_classifier(self, request: "Request") -> "Response":
        self.classifiers.update(request)
        return {}

    def get_classifier(self, request: "Request") -> "Response":
        return {"Classifier": self.classifiers.get(request["Name"])}

    def get_classifiers(self, request: "Request") -> "Response":
        chosen, token = page(self.classifiers.all(), request, key=name_of)
        return {"Classifiers": chosen, **token}

    def delete_classifier(self, request: "Request") -> "Response":
        self.classifiers.delete(request["Name"])
        return {}
