"""What answers tell of a lifecycle: when an object expires, when an upload is given up.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-expire-general-considerations.html
"""

from urllib.parse import quote

from local_aws.services.s3.http.headers import http_date
from local_aws.services.s3.lifecycle import rules
from local_aws.services.s3.settings import Settings
from local_aws.services.s3.store.objects import ObjectInfo
from local_aws.services.s3.store.uploads import Upload


def expiration(settings: Settings, bucket: str, info: ObjectInfo) -> dict[str, str]:
    """The header of a current object that some rule expires, by the earliest of them."""
    body = settings.held(bucket).get("lifecycle")
    if not body or not info.is_latest:
        return {}
    dated = [
        (due, rule.id)
        for rule in rules.enabled(body)
        if rule.scope.covers(info.key, info.size, info.attributes.tags)
        and (due := rule.expires(info.last_modified))
    ]
    if not dated:
        return {}
    due, rule_id = min(dated)
    return {"x-amz-expiration": f'expiry-date="{http_date(due)}", rule-id="{quote(rule_id)}"'}


def abortion(settings: Settings, upload: Upload) -> dict[str, str]:
    """The headers of an upload that some rule gives up."""
    body = settings.held(upload.bucket).get("lifecycle")
    dated = [
        (due, rule.id)
        for rule in (rules.enabled(body) if body else ())
        if upload.key.startswith(rule.scope.prefix) and (due := rule.aborts(upload.created))
    ]
    if not dated:
        return {}
    due, rule_id = min(dated)
    return {"x-amz-abort-date": http_date(due), "x-amz-abort-rule-id": quote(rule_id)}
