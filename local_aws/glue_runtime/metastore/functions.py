"""The metastore's calls about functions. Spark asks for one whenever SQL names what it has not."""

import re
from typing import Any

from .databases import name_pattern
from .documents import Document
from .protocol import hive

USER = 1
JAVA = 1
RESOURCES = {"JAR": 1, "FILE": 2, "ARCHIVE": 3}


class Functions:
    """One method a call."""

    glue: Any

    def get_functions(self, dbName: str, pattern: str) -> list[str]:
        fits = name_pattern(pattern).fullmatch
        names = [function["FunctionName"] for function in self._functions(dbName)]
        return [name for name in names if fits(name)]

    def get_function(self, dbName: str, funcName: str) -> Any:
        for function in self._functions(dbName, re.escape(funcName)):
            if function["FunctionName"].lower() == funcName.lower():
                return _function(function, dbName)
        raise hive.NoSuchObjectException(message=f"Function {dbName}.{funcName} does not exist")

    def get_all_functions(self) -> Any:
        """Hive would load them all into its registry, for good; Spark asks one by one."""
        return hive.GetAllFunctionsResponse(functions=[])

    def _functions(self, database: str, pattern: str = ".*") -> list[Document]:
        pages = self.glue.get_paginator("get_user_defined_functions").paginate(
            DatabaseName=database, Pattern=pattern
        )
        return [function for page in pages for function in page["UserDefinedFunctions"]]


def _function(document: Document, database: str) -> Any:
    return hive.Function(
        functionName=document["FunctionName"],
        dbName=database,
        className=document.get("ClassName"),
        ownerName=document.get("OwnerName"),
        ownerType=USER,
        createTime=0,
        functionType=JAVA,
        resourceUris=[
            hive.ResourceUri(resourceType=RESOURCES[uri["ResourceType"]], uri=uri["Uri"])
            for uri in document.get("ResourceUris") or ()
        ],
    )
