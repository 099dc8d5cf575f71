"""A bundle's zip, read with care: it may be anybody's."""

import io
import json
import zipfile
from dataclasses import dataclass
from typing import Any

from local_aws.services.quicksight.bundles.casing import from_bundle
from local_aws.services.quicksight.bundles.kinds import BY_NAME, KINDS, Kind

MOST_FILES, MOST_BYTES = 1000, 100 << 20


class BadBundle(Exception):
    """A file that is no bundle, or holds what is not imported; the message names it."""


@dataclass(frozen=True)
class Asset:
    """One resource of a bundle: its kind and what would make it."""

    kind: Kind
    request: dict[str, Any]

    @property
    def id(self) -> str:
        """The resource's id."""
        return str(self.request[self.kind.id])


def read(body: bytes) -> list[Asset]:
    """The bundle's resources, each after those that it needs. Raises BadBundle."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(body))
    except (zipfile.BadZipFile, ValueError) as error:
        raise BadBundle(f"The bundle is no zip file: {error}") from None
    with archive:
        files = [info for info in archive.infolist() if not info.is_dir()]
        if len(files) > MOST_FILES or sum(info.file_size for info in files) > MOST_BYTES:
            raise BadBundle(f"The bundle has over {MOST_FILES} files or {MOST_BYTES >> 20} MB")
        assets = [_asset(info.filename, _content(archive, info)) for info in files]
    if not assets:
        raise BadBundle("The bundle is empty")
    return sorted(assets, key=lambda asset: KINDS.index(asset.kind))


def _content(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    try:
        with archive.open(info) as stream:
            content = stream.read(MOST_BYTES + 1)  # a header may lie about the size
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError) as error:
        raise BadBundle(f"{info.filename} cannot be read: {error}") from None
    if len(content) > MOST_BYTES:
        raise BadBundle(f"{info.filename} has over {MOST_BYTES >> 20} MB")
    return content


def _asset(name: str, content: bytes) -> Asset:
    try:
        file = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise BadBundle(f"{name} is no JSON: {error}") from None
    if not isinstance(file, dict) or not isinstance(file.get("resourceType"), str):
        raise BadBundle(f"{name} has no resourceType")
    kind = BY_NAME.get(file.pop("resourceType"))
    if kind is None:
        raise BadBundle(f"The resource type of {name} is not supported by local_aws")
    request = from_bundle(kind.input_of("Create"), file)
    if not isinstance(request.get(kind.id), str):
        raise BadBundle(f"{name} has no {kind.id}")
    return Asset(kind, request)
