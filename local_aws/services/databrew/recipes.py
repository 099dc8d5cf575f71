"""Recipes: a working version that changes, published versions that do not."""

import time
from typing import Any

from local_aws.context import Request, Response
from local_aws.services.databrew.errors import (
    ConflictException,
    ResourceNotFoundException,
    ValidationException,
)
from local_aws.services.databrew.model import WORKING, Document, Store, version_name
from local_aws.services.databrew.paging import page
from local_aws.services.databrew.shapes import dated, only

RECIPE = ("Name", "Description", "Steps", "Tags")
MOST_STEPS = 100


def check_steps(steps: list[dict[str, Any]]) -> None:
    """Refuse a recipe that no run could carry out, naming the operation."""
    # The engine's operations register themselves when they are first asked for.
    from local_aws.services.databrew.engine.operations.unsupported import NAMES
    from local_aws.services.databrew.engine.recipe import unsupported

    if len(steps) > MOST_STEPS:
        raise ValidationException(f"A recipe has at most {MOST_STEPS} steps, this one {len(steps)}")
    missing = unsupported(steps)
    unknown = [name for name in missing if name not in NAMES]
    if unknown:
        raise ValidationException(f"No such recipe operations: {', '.join(unknown)}")
    if missing:
        names = ", ".join(missing)
        raise ValidationException(f"Recipe operations not supported by local_aws: {names}")


class Recipes:
    """The operations on recipes."""

    store: Store

    def create_recipe(self, request: Request) -> Response:
        check_steps(request["Steps"])
        name = request["Name"]
        with self.store.db.transaction():
            if name in self.store.recipe_names():
                raise ConflictException(f"The recipe {name} already exists")
            self.store.put_recipe(name, WORKING, only(request, RECIPE) | self.store.created())
        return {"Name": name}

    def update_recipe(self, request: Request) -> Response:
        name = request["Name"]
        with self.store.db.transaction():
            old: Document = self.store.recipe(name, WORKING)
            changed: Document = only(request, ("Description", "Steps"))
            check_steps(changed.get("Steps") or old["Steps"])
            self.store.put_recipe(name, WORKING, old | changed | self.store.modified())
        return {"Name": name}

    def publish_recipe(self, request: Request) -> Response:
        name = request["Name"]
        with self.store.db.transaction():
            working = self.store.recipe(name, WORKING)
            number = max(self.store.recipe_versions(name), default=0) + 1
            described = only(request, ("Description",))
            published = working | described
            published |= {"PublishedDate": time.time(), "PublishedBy": self.store.caller()}
            self.store.put_recipe(name, number, published)
        return {"Name": name}

    def describe_recipe(self, request: Request) -> Response:
        name = request["Name"]
        version = self.find_version(name, request.get("RecipeVersion") or "LATEST_PUBLISHED")
        return self._recipe(name, version)

    def find_version(self, name: str, version: str) -> int:
        """The number of a version that is there."""
        number = WORKING
        if version == "LATEST_PUBLISHED":
            published = self.store.recipe_versions(name)
            if not published:
                raise ResourceNotFoundException("recipe version", f"{name} {version}")
            number = published[-1]
        elif version != "LATEST_WORKING":
            number = _number(version)
        self.store.recipe(name, number)
        return number

    def _recipe(self, name: str, version: int) -> Response:
        document = self.store.recipe(name, version)
        arn = self.store.arn("recipe", name)
        return dated(document | {"RecipeVersion": version_name(version), "ResourceArn": arn})

    def list_recipes(self, request: Request) -> Response:
        wanted = request.get("RecipeVersion") or "LATEST_PUBLISHED"
        if wanted not in ("LATEST_PUBLISHED", "LATEST_WORKING"):
            raise ValidationException(f"RecipeVersion {wanted} is not valid for ListRecipes")
        found = []
        for name in self.store.recipe_names():
            published = self.store.recipe_versions(name)
            if wanted == "LATEST_WORKING":
                found.append(self._recipe(name, WORKING))
            elif published:
                found.append(self._recipe(name, published[-1]))
        return page(request, "Recipes", found)

    def list_recipe_versions(self, request: Request) -> Response:
        """The published versions, the newest first."""
        name = request["Name"]
        versions = reversed(self.store.recipe_versions(name))
        return page(request, "Recipes", [self._recipe(name, version) for version in versions])

    def delete_recipe_version(self, request: Request) -> Response:
        name, version = request["Name"], request["RecipeVersion"]
        self._delete_version(name, version)
        return {"Name": name, "RecipeVersion": version}

    def _delete_version(self, name: str, version: str) -> None:
        with self.store.db.transaction():
            number = self.find_version(name, version)
            if number == WORKING and self.store.recipe_versions(name):
                raise ValidationException(
                    f"The working version of {name} cannot be deleted while it has published ones"
                )
            if any(_uses(job, name, number) for job in self.store.all("job")):
                raise ConflictException(f"The recipe {name} {version} is used by a job")
            self.store.delete_recipe(name, number)

    def batch_delete_recipe_version(self, request: Request) -> Response:
        name, errors = request["Name"], []
        versions = request["RecipeVersions"]
        # The working version goes last: it may go only when the others have gone.
        for version in sorted(versions, key=lambda v: v == "LATEST_WORKING"):
            try:
                self._delete_version(name, version)
            except (ValidationException, ConflictException, ResourceNotFoundException) as error:
                errors.append(
                    {
                        "ErrorCode": error.code,
                        "ErrorMessage": error.message,
                        "RecipeVersion": version,
                    }
                )
        return {"Name": name, "Errors": errors}

    def retag_recipe(self, name: str, change: Any) -> None:
        """Tags belong to the recipe: every version shows them."""
        with self.store.db.transaction():
            for version in [WORKING, *self.store.recipe_versions(name)]:
                document = self.store.recipe(name, version)
                tags = change(document.get("Tags") or {})
                self.store.put_recipe(name, version, document | {"Tags": tags})


def _number(version: str) -> int:
    whole, _, fraction = version.partition(".")
    if not whole.isdigit() or fraction not in ("", "0") or int(whole) == 0:
        raise ValidationException(f"The recipe version {version} is not valid")
    return int(whole)


def _uses(job: dict[str, Any], name: str, version: int) -> bool:
    reference = job.get("RecipeReference") or {}
    return reference.get("Name") == name and reference.get("RecipeVersion") == version_name(version)
