"""The policies that AWS manages, as moto's package tells them: known once somebody names one.

All of them at once, as moto would have it, are 1,600 documents in a state that is written anew
with each change.
"""

import json
from typing import Any

from local_aws.moto_services import MotoServices

PREFIX = "arn:aws:iam::aws:policy/"


def know(moto: MotoServices, *arns: Any) -> None:
    """Have IAM know those of the ARNs that are AWS's; one that AWS has not stays unknown."""
    wanted = [arn for arn in arns if isinstance(arn, str) and arn.startswith(PREFIX)]
    if not wanted:
        return
    moto.call(lambda _: None, changes=False)  # or nobody ever asked moto, and it is not there
    with moto.iam() as iam:
        missing = [arn for arn in wanted if arn not in iam.managed_policies]
    if missing:
        _learn(moto, missing)


def _learn(moto: MotoServices, arns: list[str]) -> None:
    from moto.iam.aws_managed_policies import aws_managed_policies_data
    from moto.iam.models import AWSManagedPolicy

    told = json.loads(aws_managed_policies_data)
    with moto.iam(changed=True) as iam:
        for arn in arns:
            name = arn.rpartition("/")[2]
            if name not in told:
                continue
            policy = AWSManagedPolicy.from_data(name, iam.account_id, iam.region_name, told[name])
            if policy.arn == arn:
                iam.aws_managed_policies.append(policy)
                iam.managed_policies[arn] = policy
