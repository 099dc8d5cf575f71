"""What clients ask of the catalog as a whole, and what is so here: nothing of it can be changed."""

from local_aws.context import Request, Response
from local_aws.services.glue.catalog_api.requests import CatalogPart
from local_aws.services.glue.errors import EntityNotFoundException


class SettingsApi(CatalogPart):
    def get_catalog_import_status(self, request: Request) -> Response:
        """There never was a catalog of Athena's own to import."""
        self._check(request)
        return {"ImportStatus": {"ImportCompleted": True}}

    def get_data_catalog_encryption_settings(self, request: Request) -> Response:
        """Nothing is encrypted, and no password is kept that could be."""
        self._check(request)
        settings = {
            "EncryptionAtRest": {"CatalogEncryptionMode": "DISABLED"},
            "ConnectionPasswordEncryption": {"ReturnConnectionPasswordEncrypted": False},
        }
        return {"DataCatalogEncryptionSettings": settings}

    def get_security_configurations(self, _request: Request) -> Response:
        """None: nobody can create one."""
        return {"SecurityConfigurations": []}

    def get_security_configuration(self, request: Request) -> Response:
        raise EntityNotFoundException(f"Security configuration {request['Name']} not found.")
