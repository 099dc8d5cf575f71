"""QuickSight's operations, a module a resource; `api.QuickSightApi` puts them together."""
