"""Rulesets."""

from local_aws.services.cloudformation.resources.databrew.maps import listed, mapped
from local_aws.services.cloudformation.resources.databrew.named import Document, Named, present
from local_aws.services.cloudformation.resources.handler import Properties


class Rulesets(Named):
    """AWS::DataBrew::Ruleset."""

    takes = frozenset({"Name", "Description", "Rules", "Tags", "TargetArn"})
    noun = "ruleset"

    def request(self, properties: Properties) -> Document:
        rules = [mapped(rule, "SubstitutionMap") for rule in properties["Rules"]]
        return present(properties, "Description") | {"Rules": rules}

    def fixed(self, properties: Properties) -> Document:
        return {"TargetArn": properties["TargetArn"]}

    def template(self, shown: Document) -> Document:
        rules = [listed(rule, "SubstitutionMap") for rule in shown["Rules"]]
        return present(shown, "Description", "TargetArn") | {"Rules": rules}
