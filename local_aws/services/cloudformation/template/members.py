"""One member of a section, by its name and what is written for it."""

import re
from collections.abc import Mapping
from typing import Any

from local_aws.services.cloudformation.template import schemas
from local_aws.services.cloudformation.template.errors import TemplateInvalid
from local_aws.services.cloudformation.template.model import Output, Resource

RESOURCE_KEYS = [
    *["Type", "Properties", "DependsOn", "Condition", "DeletionPolicy", "UpdateReplacePolicy"],
    *["Metadata", "CreationPolicy", "UpdatePolicy", "Description"],
]
OUTPUT_KEYS = ["Description", "Value", "Condition", "Export"]
RULE_KEYS = ["RuleCondition", "Assertions"]
DELETION_POLICIES = ["Delete", "Retain", "RetainExceptOnCreate", "Snapshot"]
REPLACE_POLICIES = ["Delete", "Retain", "Snapshot"]
SNAPSHOTS = frozenset(
    [
        "AWS::DocDB::DBCluster",
        "AWS::EC2::Volume",
        "AWS::ElastiCache::CacheCluster",
        "AWS::ElastiCache::ReplicationGroup",
        "AWS::Neptune::DBCluster",
        "AWS::RDS::DBCluster",
        "AWS::RDS::DBInstance",
        "AWS::Redshift::Cluster",
    ]
)
"""Types whose policy may be Snapshot."""
MAX_DESCRIPTION = 1024
EXPORT = re.compile(r"[A-Za-z0-9:-]+")


def resource(logical_id: str, of: Any) -> Resource:
    """A member of Resources. Policies may be functions under AWS::LanguageExtensions."""
    of = _map(of, "Resources", logical_id)
    if not isinstance(of.get("Type"), str):
        raise TemplateInvalid(
            f"Template format error: [/Resources/{logical_id}] "
            "Every Resources object must contain a Type member."
        )
    known = [*RESOURCE_KEYS, "Version"] if schemas.is_custom(of["Type"]) else RESOURCE_KEYS
    if unknown := [name for name in of if name not in known]:
        raise TemplateInvalid(f"Invalid template resource property '{unknown[0]}'")
    return Resource(
        logical_id=logical_id,
        type_name=of["Type"],
        properties=_properties(logical_id, of.get("Properties", {})),
        depends_on=_depends_on(of.get("DependsOn", [])),
        condition=text(of, "Condition"),
        deletion_policy=_policy(logical_id, of, "DeletionPolicy", DELETION_POLICIES),
        update_replace_policy=_policy(logical_id, of, "UpdateReplacePolicy", REPLACE_POLICIES),
        metadata=_map(of.get("Metadata", {}), "Metadata", logical_id),
        attributes={name: of[name] for name in ("CreationPolicy", "UpdatePolicy") if name in of},
    )


def _map(of: Any, section: str, name: str) -> dict[str, Any]:
    if not isinstance(of, dict):
        raise TemplateInvalid(f"Template format error: Every {section} member {name} must be a map")
    return of


def text(of: Mapping[str, Any], name: str) -> str | None:
    """A member that must be a text where there is one."""
    found = of.get(name)
    if not isinstance(found, str | None):
        raise TemplateInvalid(f"Template format error: Every {name} member must be a string.")
    return found


def _properties(logical_id: str, properties: Any) -> Mapping[str, Any]:
    if not isinstance(properties, dict):
        raise TemplateInvalid(
            f"Template format error: [/Resources/{logical_id}/Properties] must be an object"
        )
    return properties


def _depends_on(names: Any) -> tuple[str, ...]:
    names = [names] if isinstance(names, str) else names
    if not isinstance(names, list):
        raise TemplateInvalid(
            "Template format error: DependsOn must be a string or list of strings."
        )
    if not all(isinstance(name, str) for name in names):
        raise TemplateInvalid("Template format error: Every DependsOn value must be a string.")
    return tuple(names)


def _policy(logical_id: str, of: Mapping[str, Any], name: str, known: list[str]) -> str:
    policy = text(of, name)
    if policy is None:
        return "Delete"
    if policy not in known or (policy == "Snapshot" and of["Type"] not in SNAPSHOTS):
        raise TemplateInvalid(
            f"Template format error: Unrecognized {name} {policy} for resource {logical_id}"
        )
    return policy


def output(name: str, of: Any) -> Output:
    """A member of Outputs."""
    if not isinstance(of, dict) or "Value" not in of:
        raise TemplateInvalid(
            "Template format error: Every Outputs member must contain a Value object"
        )
    if unknown := [key for key in of if key not in OUTPUT_KEYS]:
        raise TemplateInvalid(f"Invalid template output property '{unknown[0]}'")
    description = text(of, "Description") or ""
    if len(description) > MAX_DESCRIPTION:
        raise TemplateInvalid("Template format error: 'Description' length is greater than 1024")
    return Output(name, of["Value"], description, text(of, "Condition"), _export(name, of))


def _export(name: str, of: Mapping[str, Any]) -> Any:
    if "Export" not in of:
        return None
    export = of["Export"].get("Name") if isinstance(of["Export"], dict) else None
    if export is None or (isinstance(export, str) and not EXPORT.fullmatch(export)):
        raise malformed_export(name)
    return export


def malformed_export(name: str) -> TemplateInvalid:
    """What AWS says of an output whose export's name is none."""
    return TemplateInvalid(
        f"Template format error: Output {name} is malformed. The Name field of every Export member "
        "must be specified and consist only of alphanumeric characters, colons, or hyphens."
    )


def mapping(name: str, of: Any) -> Mapping[str, Mapping[str, Any]]:
    """A member of Mappings: two levels, then texts (or numbers) and lists of them."""
    for key, attributes in _map(of, "Mappings", name).items():
        for value in _map(attributes, "Mappings", key).values():
            items = value if isinstance(value, list) else [value]
            if any(isinstance(item, dict | list) for item in items):
                raise TemplateInvalid(
                    "Template format error: Every Mappings attribute must be a String or a List."
                )
    return dict(of)


CONDITIONS = frozenset(["Fn::And", "Fn::Equals", "Fn::Not", "Fn::Or", "Condition"])


def condition(_name: str, of: Any) -> Any:
    """A member of Conditions."""
    if not (isinstance(of, dict) and len(of) == 1 and CONDITIONS.issuperset(of)):
        raise TemplateInvalid(
            "Template format error: Conditions can only be boolean operations on parameters and "
            "other conditions"
        )
    return of


def rule(name: str, of: Any) -> Mapping[str, Any]:
    """A member of Rules."""
    found = _map(of, "Rules", name)
    assertions = found.get("Assertions")
    if (
        not isinstance(assertions, list)
        or not all(isinstance(it, dict) and isinstance(it.get("Assert"), dict) for it in assertions)
        or any(key not in RULE_KEYS for key in found)
    ):
        raise TemplateInvalid(
            f"Template format error: Rule {name} must have a list of Assertions, each of an Assert"
        )
    return found
