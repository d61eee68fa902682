"""Docs and product agree: commands, options, configuration keys, links, words, and the limits of a page."""

import argparse
import ast
import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from pucs import __version__
from pucs.cli import parser
from tests.support import ROOT

PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / ".claude").rglob("*.md"),
        *(ROOT / "templates").glob("*.md"),
    ]
)
CODE = re.compile(r"^```.*?^```|^ {4,}\S.*?$|`[^`\n]+`", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HIDDEN = {"compile"}
"""Commands that PUCS runs itself; they have no help."""


def label(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def commands() -> dict[str, argparse.ArgumentParser]:
    (action,) = [one for one in parser()._actions if isinstance(one, argparse._SubParsersAction)]
    return dict(action.choices)


def options(command: argparse.ArgumentParser) -> set[str]:
    found = {text for action in command._actions for text in action.option_strings if action.help != argparse.SUPPRESS}
    return found - {"-h", "--help"}


def section(page: str, title: str) -> str:
    """The text below a heading, up to the next of its level or above."""
    level = title.count("#", 0, title.index(" "))
    after = page[page.index(f"\n{title}\n") :].split("\n", 2)[2]
    return re.split(rf"^#{{1,{level}}} ", after, maxsplit=1, flags=re.MULTILINE)[0]


def named_commands(text: str) -> Iterator[str]:
    """What follows `pucs` in code, as a shell would run it."""
    for code in CODE.findall(text):
        for line in code.strip("`").splitlines():
            for match in re.finditer(r"(?:^|[\s&|;`(]|/)pucs ([a-z][a-z-]*)\b", line.partition("#")[0]):
                if not line.startswith("from pucs import"):  # Python, not a shell
                    yield match[1]


def keys_of_the_loader() -> set[str]:
    """Every key that the loading of the configuration asks for, read from its source."""
    asking = {
        "section",
        "sections",
        "flag",
        "choice",
        "number",
        "minutes",
        "seconds",
        "count",
        "text",
        "text_or_number",
        "words",
        "texts",
        "patterns",
    }
    sources = ("pucs/config/loading.py", "pucs/config/resources.py")
    nodes = (node for source in sources for node in ast.walk(ast.parse(read(source))))
    calls = (node for node in nodes if isinstance(node, ast.Call))
    return {
        call.args[0].value
        for call in calls
        if isinstance(call.func, ast.Attribute) and call.func.attr in asking and call.args
        if isinstance(call.args[0], ast.Constant)
    }


def keys_in(value: object) -> set[str]:
    if isinstance(value, dict):
        return set(value).union(*(keys_in(one) for one in value.values()))
    return set().union(*(keys_in(one) for one in value)) if isinstance(value, list) else set()


def test_every_command_and_option_is_documented() -> None:
    page = read("docs/commands.md")
    for name, command in commands().items():
        if name in HIDDEN:
            continue
        title = f"## pucs {name}"
        assert f"\n{title}\n" in page, f"{name} is not in docs/commands.md"
        missing = {option for option in options(command) if f"`{option}" not in section(page, title)}
        assert missing == set(), f"pucs {name}"


def test_every_documented_command_exists() -> None:
    titles = re.findall(r"^## pucs (\S+)$", read("docs/commands.md"), re.MULTILINE)
    assert sorted(titles) == sorted(set(commands()) - HIDDEN)
    for title in titles:
        named = set(re.findall(r"`(--[a-z-]+)", section(read("docs/commands.md"), f"## pucs {title}")))
        assert named <= options(commands()[title]), f"pucs {title}"


def test_every_command_has_help_for_itself_and_its_arguments() -> None:
    for name, command in commands().items():
        if name not in HIDDEN:
            lacking = [action.dest for action in command._actions if action.option_strings and not action.help]
            assert (name, lacking) == (name, [])
    shown = parser().format_help()
    assert [
        name for name in commands() if name not in HIDDEN and not re.search(rf"^    {name}\b", shown, re.MULTILINE)
    ] == []


def test_every_command_that_a_page_names_exists() -> None:
    known = set(commands())
    wrong = {label(page): set(named_commands(page.read_text(encoding="utf-8"))) - known for page in PAGES}
    assert {page: names for page, names in wrong.items() if names} == {}


def test_naming_a_command_is_noticed() -> None:
    text = "Run `pucs wait t12`.\n\n    cd x && /y/pucs status  # then pucs sleep\n\n```\n$ pucs why a\n```\npucs is a word\n"
    assert list(named_commands(text)) == ["wait", "status", "why"]


def test_every_key_of_the_configuration_is_documented() -> None:
    page = read("docs/configuration.md")
    keys = keys_of_the_loader()
    assert {"streams", "files_pattern", "on_failure"} <= keys
    assert {key for key in keys if f"| `{key}` |" not in page and f"\n## {key}\n" not in page} == set()


def test_every_documented_key_exists() -> None:
    page = read("docs/configuration.md").partition("\n## Environment\n")[0]
    named = {*re.findall(r"^\| `([a-z_]+)` \|", page, re.MULTILINE), *re.findall(r"^## ([a-z_]+)$", page, re.MULTILINE)}
    assert named <= keys_of_the_loader()


def test_the_template_says_every_key() -> None:
    template = read("templates/pucs_config.yaml")
    shown = re.sub(r"^# ?(?=(streams:|critical_files:|resources:|  ))", "", template, flags=re.MULTILINE)
    example = "\n".join(line for line in shown.splitlines() if not re.match(r"^ +[a-z_]+ {2,}\S", line))
    assert keys_of_the_loader() <= keys_in(yaml.safe_load(example))


def test_defaults_in_the_docs_are_the_templates() -> None:
    template = yaml.safe_load(read("templates/pucs_config.yaml"))
    for name in ("session", "locks", "guard", "commits", "snapshots", "logging", "conflict_resolution"):
        rows = re.findall(
            r"^\| `(\w+)` \| ([^|]*) \|", section(read("docs/configuration.md"), f"## {name}"), re.MULTILINE
        )
        documented = {key: text.strip().strip("`") for key, text in rows}
        assert documented == {key: words_of(value) for key, value in template[name].items()}, name


def words_of(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(value) if isinstance(value, list) else str(value)


def test_links_lead_somewhere() -> None:
    dead = [(label(page), target) for page in PAGES for target in links(page) if not leads_somewhere(page, target)]
    assert dead == []


def links(page: Path) -> list[str]:
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    return [target for target in LINK.findall(text) if not target.startswith("https://")]


def leads_somewhere(page: Path, target: str) -> bool:
    path, _, anchor = target.partition("#")
    there = page.parent / path if path else page
    return there.exists() and (not anchor or anchor in anchors(there))


def anchors(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_pages_keep_their_length() -> None:
    assert read("docs/architecture.md").count("\n") <= 150
    decisions = list((ROOT / "docs/decisions").glob("0*.md"))
    assert [path.name for path in decisions if path.read_text(encoding="utf-8").count("\n") > 60] == []


def test_every_decision_is_listed() -> None:
    listed = set(LINK.findall(read("docs/decisions/README.md")))
    assert listed == {path.name for path in (ROOT / "docs/decisions").glob("0*.md")}


def test_the_changelog_knows_this_version() -> None:
    assert re.search(rf"^## \[{re.escape(__version__)}\]", read("CHANGELOG.md"), re.MULTILINE)


def test_the_two_commands_of_the_readme_are_targets_of_make() -> None:
    commands = re.findall(r"^    make (\w+)", section(read("README.md"), "## Two commands"), re.MULTILINE)
    assert commands == ["guard", "test"]
    assert {f"{name}:" for name in commands} <= set(read("Makefile").splitlines())


def test_the_picture_is_of_this_demo() -> None:
    picture = read("docs/demo.svg").replace("&#160;", " ")
    for words in ("pucs demo", "is being changed by", "this commit is refused", "holds uncommitted changes"):
        assert words in picture


def test_the_glossary_has_each_word_once_and_the_changelog_each_heading() -> None:
    words = re.findall(r"^\| \*\*(.+?)\*\* ", read("docs/glossary.md"), re.MULTILINE)
    assert len(words) > 50
    assert sorted(words) == sorted(set(words))
    for release in re.split(r"^## ", read("CHANGELOG.md"), flags=re.MULTILINE)[1:]:
        headings = re.findall(r"^### (.+)$", release, re.MULTILINE)
        assert headings == list(dict.fromkeys(headings)), release.splitlines()[0]
