"""Asset bundles: QuickSight's resources as files of a zip, out of one account and into another.

https://docs.aws.amazon.com/quicksight/latest/developerguide/asset-bundle-ops.html
A bundle holds a file a resource, `dashboard/<id>.json` and the like: the resource's name for
creation in camel case, as AWS writes it, and its `resourceType`.
"""
