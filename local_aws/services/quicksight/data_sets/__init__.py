"""What a data set is made of: physical tables, logical tables, joins, transforms, parameters.

`local_aws.services.quicksight.preparation` puts them together.
"""
