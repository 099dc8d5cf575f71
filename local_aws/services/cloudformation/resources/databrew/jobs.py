"""Jobs: of a profile, or of a recipe."""

from typing import Any

from local_aws.services.cloudformation.resources.databrew.named import Document, Named, present
from local_aws.services.cloudformation.resources.handler import (
    Made,
    Properties,
    ResourceFailed,
    Work,
)

BOTH = (
    "EncryptionKeyArn",
    "EncryptionMode",
    "LogSubscription",
    "MaxCapacity",
    "MaxRetries",
    "RoleArn",
    "Timeout",
)
PROFILE = ("JobSample", "OutputLocation", "ValidationConfigurations")
RECIPE = ("DataCatalogOutputs", "Outputs")
ORIGIN = ("DatasetName", "Recipe")


class Jobs(Named):
    """AWS::DataBrew::Job.

    The data set and the recipe of a job cannot be changed. AWS says that an update which changes
    them succeeded and does not do it; here that update fails.
    """

    takes = frozenset(
        {"Name", "Type", "ProfileConfiguration", "Tags", *BOTH, *PROFILE, *RECIPE, *ORIGIN}
    )
    noun = "job"

    def of(self, properties: Properties) -> str:
        return "profile_job" if properties["Type"] == "PROFILE" else "recipe_job"

    def request(self, properties: Properties) -> Document:
        if properties["Type"] == "RECIPE":
            return present(properties, *BOTH, *RECIPE)
        configuration = properties.get("ProfileConfiguration")
        given = present(properties, *BOTH, *PROFILE)
        return given | ({"Configuration": configuration} if configuration else {})

    def fixed(self, properties: Properties) -> Document:
        recipe = properties.get("Recipe")
        dataset = present(properties, "DatasetName")
        return dataset | ({"RecipeReference": _reference(recipe)} if recipe else {})

    def update(self, work: Work) -> Made:
        shown = self.describe(work, work.physical_id)
        now, wanted = self.fixed(self.template(shown)) if shown else {}, self.fixed(work.properties)
        for name, value in wanted.items():
            if now and now.get(name) != value:
                raise ResourceFailed(
                    f"DataBrew cannot change the {name} of the job {work.physical_id}: "
                    "give the job another Name"
                )
        return super().update(work)

    def template(self, shown: Document) -> Document:
        told = present(shown, "Type", "DatasetName", *BOTH)
        if shown["Type"] == "PROFILE":
            (output,) = shown["Outputs"]
            profile = present(
                shown, "JobSample", "ProfileConfiguration", "ValidationConfigurations"
            )
            return told | profile | {"OutputLocation": output["Location"]}
        return told | present(shown, *RECIPE) | {"Recipe": _recipe(shown["RecipeReference"])}


def _reference(recipe: Document) -> Document:
    return {"Name": recipe["Name"], "RecipeVersion": recipe.get("Version") or "LATEST_PUBLISHED"}


def _recipe(reference: Document) -> dict[str, Any]:
    return {"Name": reference["Name"], "Version": reference["RecipeVersion"]}
