"""``--additional-python-modules``: what a job asks for, as arguments of the installer.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-python-libraries.html
AWS runs pip3; we run uv, which takes the same requirements and most of pip's options. An option
that uv spells otherwise is translated; one that we do not know is refused by name.
"""

from dataclasses import dataclass

from local_aws.services.glue.errors import InvalidInputException, unsupported

ZIP_OF_WHEELS = ".gluewheels.zip"
REQUIREMENTS = ("-r", "--requirement")
UPGRADE = ("-U", "--upgrade")

# pip's option → uv's, without and with a value.
FLAGS = {
    "--no-deps": ("--no-deps",),
    "--no-index": ("--no-index",),
    "--no-build-isolation": ("--no-build-isolation",),
    "--no-cache-dir": ("--no-cache",),
    "--pre": ("--prerelease", "allow"),
    # Of no effect where every install is into a folder of its own.
    **dict.fromkeys(("--force-reinstall", "--ignore-installed", "-I", "--user", "-q", "-v"), ()),
    **dict.fromkeys(("--quiet", "--verbose", "--disable-pip-version-check"), ()),
}
VALUED = {
    "-i": "--index-url",
    "--index-url": "--index-url",
    "--extra-index-url": "--extra-index-url",
    "-f": "--find-links",
    "--find-links": "--find-links",
    "--only-binary": "--only-binary",
    "--no-binary": "--no-binary",
    "--trusted-host": "--allow-insecure-host",
}


@dataclass(frozen=True)
class Wanted:
    """What to install: requirements and S3 addresses as the job lists them, uv's options."""

    modules: tuple[str, ...]
    options: tuple[str, ...] = ()
    requirements_files: bool = False  # the modules are files that list requirements
    upgrade: bool = False

    def __bool__(self) -> bool:
        return bool(self.modules)


def parse(modules: str, options: str) -> Wanted:
    """The two parameters' texts.

    >>> parse("polars==1.0, s3://b/tiny.whl", "--upgrade --no-cache-dir")
    Wanted(modules=('polars==1.0', 's3://b/tiny.whl'), options=('--no-cache',), \
requirements_files=False, upgrade=True)
    """
    wanted = tuple(part.strip() for part in modules.split(",") if part.strip())
    for module in wanted:
        if module.startswith("-"):
            raise InvalidInputException(
                f"'{module}' of --additional-python-modules is an option: "
                "--python-modules-installer-option takes those"
            )
    words = _words(options)
    translated: list[str] = []
    files = upgrade = False
    while words:
        word = words.pop(0)
        name, equals, value = word.partition("=")
        if word in UPGRADE or word in REQUIREMENTS:
            upgrade, files = upgrade or word in UPGRADE, files or word in REQUIREMENTS
        elif word in FLAGS:
            translated += FLAGS[word]
        elif name in VALUED:
            translated += [VALUED[name], value if equals else _value(name, words)]
        else:
            raise unsupported(f"The option {name} of --python-modules-installer-option")
    if "--extra-index-url" in translated:
        translated += ["--index-strategy", "unsafe-best-match"]  # pip takes the best of them all
    return Wanted(wanted, tuple(translated), files, upgrade)


def _words(text: str) -> list[str]:
    """Separated by spaces, and by commas, as AWS's examples have them too."""
    return text.replace(",", " ").split()


def _value(name: str, words: list[str]) -> str:
    if not words:
        raise InvalidInputException(f"--python-modules-installer-option: {name} needs a value")
    return words.pop(0)
