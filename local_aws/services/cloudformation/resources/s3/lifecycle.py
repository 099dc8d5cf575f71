"""A lifecycle configuration in a template's grammar and in S3's.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-s3-bucket-rule.html
"""

from typing import Any

from local_aws.services.cloudformation.resources.calls import number

Value = dict[str, Any]

SAME = ("Status", "AbortIncompleteMultipartUpload", "NoncurrentVersionExpiration")
EXPIRATION = {
    "ExpirationInDays": "Days",
    "ExpirationDate": "Date",
    "ExpiredObjectDeleteMarker": "ExpiredObjectDeleteMarker",
}
TRANSITION = {
    "TransitionInDays": "Days",
    "TransitionDate": "Date",
    "StorageClass": "StorageClass",
}
NONCURRENT = {
    "TransitionInDays": "NoncurrentDays",
    "NewerNoncurrentVersions": "NewerNoncurrentVersions",
    "StorageClass": "StorageClass",
}
SIZES = ("ObjectSizeGreaterThan", "ObjectSizeLessThan")
MINIMUM = "TransitionDefaultMinimumObjectSize"


def to_api(value: Value) -> Value:
    """The arguments of PutBucketLifecycleConfiguration."""
    rules = [_rule_to_api(rule) for rule in value["Rules"]]
    return {"LifecycleConfiguration": {"Rules": rules}, MINIMUM: value.get(MINIMUM)}


def _rule_to_api(rule: Value) -> Value:
    found = {name: rule[name] for name in SAME if name in rule} | {"Filter": _filter(rule)}
    if "Id" in rule:
        found["ID"] = rule["Id"]
    expiration = _renamed(rule, EXPIRATION)
    if expiration:
        found["Expiration"] = expiration
    if "NoncurrentVersionExpirationInDays" in rule:
        found["NoncurrentVersionExpiration"] = {
            "NoncurrentDays": rule["NoncurrentVersionExpirationInDays"]
        }
    for name, words in (("Transition", TRANSITION), ("NoncurrentVersionTransition", NONCURRENT)):
        moves = [*rule.get(f"{name}s", []), *([rule[name]] if name in rule else [])]
        if moves:
            found[f"{name}s"] = [_move(move, words) for move in moves]
    return found


def _move(move: Value, words: dict[str, str]) -> Value:
    """``Glacier`` is how templates wrote the class at first."""
    found = _renamed(move, words)
    return found | {"StorageClass": "GLACIER"} if found["StorageClass"] == "Glacier" else found


def _filter(rule: Value) -> Value:
    given: Value = {name: number(rule[name]) for name in SIZES if name in rule}
    if rule.get("Prefix"):
        given["Prefix"] = rule["Prefix"]
    tags = rule.get("TagFilters", [])
    if len(given) + len(tags) > 1:
        return {"And": given | ({"Tags": tags} if tags else {})}
    if tags:
        return {"Tag": tags[0]}
    return given or {"Prefix": ""}


def to_template(answer: Value) -> Value:
    """A LifecycleConfiguration of an answer of GetBucketLifecycleConfiguration."""
    found: Value = {"Rules": [_rule_to_template(rule) for rule in answer["Rules"]]}
    return found | ({MINIMUM: answer[MINIMUM]} if MINIMUM in answer else {})


def _rule_to_template(rule: Value) -> Value:
    found = {name: rule[name] for name in SAME if name in rule} | _filter_to_template(rule)
    found["Id"] = rule["ID"]
    found |= _renamed(rule.get("Expiration", {}), _inverse(EXPIRATION))
    for name, words in (("Transitions", TRANSITION), ("NoncurrentVersionTransitions", NONCURRENT)):
        if rule.get(name):
            found[name] = [_renamed(move, _inverse(words)) for move in rule[name]]
    return found


def _filter_to_template(rule: Value) -> Value:
    given = rule.get("Filter", {"Prefix": rule.get("Prefix", "")})
    given = given.get("And", given)
    found = {name: str(given[name]) for name in SIZES if name in given}
    if given.get("Prefix"):
        found["Prefix"] = given["Prefix"]
    tags = given.get("Tags", [given["Tag"]] if "Tag" in given else [])
    return found | ({"TagFilters": tags} if tags else {})


def _renamed(value: Value, words: dict[str, str]) -> Value:
    return {words[name]: _told(one) for name, one in value.items() if name in words}


def _told(value: Any) -> Any:
    """A date as a template writes it."""
    return value.isoformat().replace("+00:00", "Z") if hasattr(value, "isoformat") else value


def _inverse(words: dict[str, str]) -> dict[str, str]:
    return {there: here for here, there in words.items()}
