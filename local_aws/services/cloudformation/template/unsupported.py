"""Parts of templates that CloudFormation knows and local_aws refuses by their names."""

FUNCTIONS = ("Fn::GetStackOutput", "Fn::RefAll", "Fn::Transform", "Fn::ValueOf", "Fn::ValueOfAll")
SECTIONS = ("Hooks",)
TRANSFORMS = ("AWS::Include", "AWS::Serverless-2016-10-31")
"""Beside these, every transform that an account defines."""
DYNAMIC_REFERENCES = ("ssm-secure",)
"""AWS takes it in passwords of types that nothing here makes, and refuses it elsewhere."""
