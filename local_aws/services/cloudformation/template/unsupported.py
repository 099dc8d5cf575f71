"""Parts of templates that CloudFormation knows and local_aws refuses by their names."""

FUNCTIONS = ("Fn::GetStackOutput", "Fn::RefAll", "Fn::Transform", "Fn::ValueOf", "Fn::ValueOfAll")
SECTIONS = ("Hooks",)
PARAMETER_TYPES = "AWS::SSM::Parameter::"
"""How the parameter types begin whose values are kept in Systems Manager."""
TRANSFORMS = ("AWS::Include", "AWS::Serverless-2016-10-31")
"""Beside these, every transform that an account defines."""
DYNAMIC_REFERENCES = ("ssm", "ssm-secure")
