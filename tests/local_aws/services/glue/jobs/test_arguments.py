import pytest

from local_aws.services.glue.errors import InvalidInputException
from local_aws.services.glue.jobs import arguments


def test_run_overrides_defaults_but_not_what_is_fixed() -> None:
    job = {
        "DefaultArguments": {"--a": "job", "--b": "job"},
        "NonOverridableArguments": {"--c": "fixed"},
    }
    merged = arguments.merge(job, {"--b": "run", "--c": "run", "--d": "run"})
    assert merged == {"--a": "job", "--b": "run", "--c": "fixed", "--d": "run"}


def test_script_gets_its_own_arguments_and_glues() -> None:
    launch = arguments.resolve(
        {
            "--month": "3",
            "--empty": "",
            "--TempDir": "s3://b/t",
            "--enable-metrics": "",
            "--extra-py-files": "s3://b/x.py, s3://b/y.zip",
        },
        "convert",
        "jr_1",
    )
    pairs = dict(zip(launch.argv[::2], launch.argv[1::2], strict=True))
    assert pairs == {
        "--month": "3",
        "--empty": "",
        "--TempDir": "s3://b/t",
        "--JOB_NAME": "convert",
        "--JOB_RUN_ID": "jr_1",
        "--JOB_ID": "j_convert",
    }
    assert launch.extra_py_files == ["s3://b/x.py", "s3://b/y.zip"]


def test_conf_carries_several_settings() -> None:
    text = "spark.sql.shuffle.partitions=3 --conf spark.app.tag=a=b"
    assert arguments.parse_conf(text) == {
        "spark.sql.shuffle.partitions": "3",
        "spark.app.tag": "a=b",
    }


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("--python-modules-installer-option", "--target /", "--target"),
        ("--python-modules-installer-option", "--index-url", "needs a value"),
        ("--additional-python-modules", "six,--target=/etc", "is an option"),
        ("--extra-jars", "s3://b/x.jar", "--extra-jars"),
        ("--job-bookmark-option", "enable", "job-bookmark-enable, job-bookmark-pause"),
        ("--job-language", "scala", "--job-language"),
        ("--conf", "spark.jars.packages=a:b:1", "spark.jars.packages"),
        ("--conf", "fs.s3.impl=x", "fs.s3.impl"),
    ],
)
def test_what_is_not_supported_is_refused_by_name(name: str, value: str, said: str) -> None:
    with pytest.raises(InvalidInputException, match=said):
        arguments.check({name: value})


def test_what_changes_no_result_is_accepted() -> None:
    arguments.check(
        {
            "--enable-metrics": "",
            "--enable-glue-datacatalog": "false",
            "--job-bookmark-option": "job-bookmark-disable",
            "--job-language": "python",
        }
    )


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({}, False),
        ({"--enable-glue-datacatalog": ""}, True),
        ({"--enable-glue-datacatalog": "true"}, True),
        ({"--enable-glue-datacatalog": "False"}, False),
        ({"--conf": "=".join(arguments.GLUE_METASTORE)}, True),
        ({"--conf": f"{arguments.GLUE_METASTORE[0]}=other"}, False),
    ],
)
def test_who_asks_for_the_data_catalog(given: dict[str, str], wanted: bool) -> None:
    assert arguments.resolve(given, "convert", "jr_1").data_catalog is wanted
