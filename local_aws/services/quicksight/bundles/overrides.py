"""What an import changes of a bundle's resources before they are made.

https://docs.aws.amazon.com/quicksight/latest/APIReference/API_AssetBundleImportJobOverrideParameters.html
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from local_aws.services.quicksight.bundles.archive import Asset
from local_aws.services.quicksight.bundles.kinds import KINDS
from local_aws.services.quicksight.errors import InvalidParameter, Unsupported

Parameters = Mapping[str, Any]
ARN = re.compile(r"arn:aws[\w-]*:quicksight:[\w-]*:\d{12}:(\w+)/(.+)")
REFUSED = ("VPCConnections", "Folders", "TopicsV2", "RefreshSchedules")
ALL = "*"


def check(request: Parameters) -> None:
    """Refuse by name what is not done. Raises Unsupported."""
    for part in ("OverrideParameters", "OverridePermissions", "OverrideTags"):
        for name in REFUSED:
            if request.get(part, {}).get(name):
                raise Unsupported(f"{part}.{name}")
    for item in request.get("OverrideParameters", {}).get("DataSets", []):
        if "DataSetRefreshProperties" in item:
            raise Unsupported("OverrideParameters.DataSets.DataSetRefreshProperties")
    for item in request.get("OverridePermissions", {}).get("Dashboards", []):
        if "LinkSharingConfiguration" in item:
            raise Unsupported("OverridePermissions.Dashboards.LinkSharingConfiguration")


def apply(request: Parameters, assets: list[Asset], arn: Callable[[str, str], str]) -> list[Asset]:
    """The resources as they are to be made here.

    arn: the ARN of a kind and an id in this account. Raises InvalidParameter for an override of
    what the bundle does not hold.
    """
    parameters = request.get("OverrideParameters", {})
    assets = [_parametrised(asset, parameters) for asset in assets]
    assets = [_shared(asset, request) for asset in assets]
    _refuse_strangers(parameters, assets)
    prefix = parameters.get("ResourceIdOverrideConfiguration", {}).get("PrefixForAllResources", "")
    held = {(asset.kind.name, asset.id) for asset in assets}

    def ours(text: str) -> str:
        found = ARN.fullmatch(text)
        if not found:
            return text
        kind, resource = found.groups()
        return arn(kind, prefix + resource if (kind, resource) in held else resource)

    return [
        replace(
            asset,
            request=_texts(asset.request, ours) | {asset.kind.id: prefix + asset.id},
        )
        for asset in assets
    ]


def _parametrised(asset: Asset, parameters: Parameters) -> Asset:
    for item in parameters.get(asset.kind.plural, []):
        if item[asset.kind.id] == asset.id:
            return replace(asset, request=asset.request | item)
    return asset


def _shared(asset: Asset, request: Parameters) -> Asset:
    more: dict[str, Any] = {}
    for item in _of(asset, request.get("OverridePermissions", {})):
        given = item["Permissions"]
        more["Permissions"] = [
            {"Principal": principal, "Actions": given["Actions"]}
            for principal in given["Principals"]
        ]
    for item in _of(asset, request.get("OverrideTags", {})):
        more["Tags"] = item["Tags"]
    return replace(asset, request=asset.request | more)


def _of(asset: Asset, part: Parameters) -> Iterable[Parameters]:
    for item in part.get(asset.kind.plural, []):
        ids = item[f"{asset.kind.id}s"]
        if ALL in ids or asset.id in ids:
            yield item


def _refuse_strangers(parameters: Parameters, assets: list[Asset]) -> None:
    held = {(asset.kind.plural, asset.id) for asset in assets}
    for kind in KINDS:
        for item in parameters.get(kind.plural, []):
            if (kind.plural, item[kind.id]) not in held:
                raise InvalidParameter(
                    f"OverrideParameters.{kind.plural} names {item[kind.id]},"
                    " which the bundle does not hold"
                )


def _texts(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: _texts(item, change) for key, item in value.items()}
    if isinstance(value, list):
        return [_texts(item, change) for item in value]
    return value
