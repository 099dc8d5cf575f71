"""What the templates say sizes, times and names with."""

import doctest
import re
from types import ModuleType

import pytest
from jinja2 import UndefinedError

from local_aws.console import render, storage
from local_aws.console.render import TEMPLATES, Absent, environment


@pytest.mark.parametrize("module", [render, storage])
def test_the_examples_hold(module: ModuleType) -> None:
    result = doctest.testmod(module)
    assert (result.failed, result.attempted > 0) == (0, True)


def test_a_name_that_no_page_gave_is_a_mistake() -> None:
    with pytest.raises(UndefinedError, match="given no 'mistyped'"):
        environment().from_string("{{ mistyped }}").render()


def test_a_member_that_an_answer_lacks_is_empty() -> None:
    shown = environment().from_string("{{ one.Missing }}{{ one.Missing|moment }}").render(one={})
    assert shown == "–"
    assert not Absent(obj={}, name="x")


def test_every_value_is_escaped_and_nothing_is_marked_safe() -> None:
    files = sorted(TEMPLATES.iterdir())
    assert len(files) > 20
    for file in files:
        text = file.read_text()
        assert "|safe" not in text, file.name
        assert "autoescape" not in text, file.name
        for attribute in re.findall(r"\s(\w[\w-]*)=\{\{", text):
            pytest.fail(f"{file.name}: {attribute} has no quotes around its value")
        hrefs = re.findall(r'href="(\{\{[^"]*)', text)
        assert all(h.startswith(("{{ url(", "{{ work.link", "{{ path }}")) for h in hrefs), hrefs
