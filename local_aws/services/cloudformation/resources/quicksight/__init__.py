"""QuickSight's types; folders, topics, VPC connections and the others are refused by name.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_QuickSight.html
"""

from local_aws.services.cloudformation.resources.handler import Handler
from local_aws.services.cloudformation.resources.quicksight.analyses import Analyses
from local_aws.services.cloudformation.resources.quicksight.data_sets import DataSets
from local_aws.services.cloudformation.resources.quicksight.data_sources import DataSources
from local_aws.services.cloudformation.resources.quicksight.refresh_schedules import (
    RefreshSchedules,
)
from local_aws.services.cloudformation.resources.quicksight.versions import (
    Dashboards,
    Templates,
    Themes,
)

HANDLERS: dict[str, Handler] = {
    "AWS::QuickSight::Analysis": Analyses(),
    "AWS::QuickSight::Dashboard": Dashboards(),
    "AWS::QuickSight::DataSet": DataSets(),
    "AWS::QuickSight::DataSource": DataSources(),
    "AWS::QuickSight::RefreshSchedule": RefreshSchedules(),
    "AWS::QuickSight::Template": Templates(),
    "AWS::QuickSight::Theme": Themes(),
}
