from __future__ import annotations

import os
import re

import pytest

from pucs.config import Settings, default_config, guess_streams, parse
from pucs.config.settings import StreamSettings

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

TRADING = [
    "README.md",
    ".github/workflows/ci.yml",
    "docs/index.md",
    "execution/a.py",
    "execution/sub/b.py",
    "llm/a.py",
    "llm/prompts/b.txt",
    "api/a.py",
    "bad name/a.py",
    "tests/test_llm.py",
    "tests/execution/test_a.py",
]


def uncommented(text):
    """The text as after taking `# ` off every line that is a commented key or value."""
    return re.sub(r"(?m)^# (?=\w+:$|   *[-\w]+:|  - )", "", text)


def test_a_guess_is_a_block_of_comments():
    assert guess_streams(TRADING) == (
        "# streams:\n"
        "#   api:\n"
        '#     files_pattern: "api/**"\n'
        "#     max_agents: 3\n"
        "#   execution:\n"
        '#     files_pattern: "execution/**"\n'
        '#     test_pattern: "tests/execution/**"\n'
        "#     max_agents: 3\n"
        "#   llm:\n"
        '#     files_pattern: "llm/**"\n'
        '#     test_pattern: "tests/test_*llm*"\n'
        "#     max_agents: 3\n"
    )


@pytest.mark.parametrize(
    ("files", "directories"),
    [
        ([], []),
        (["README.md", "setup.py"], []),
        (["docs/a.md", "tests/test_a.py", ".claude/b", "on board/c"], []),
        (["pucs/a.py", "tests/test_a.py"], ["pucs"]),
        (["pucs/a.py", "pucs/state/b.py", "pucs/git/c.py"], ["pucs/git", "pucs/state"]),
        (["src/shop/a.py", "src/till/b.py"], ["src/shop", "src/till"]),
        (["src/shop/a.py", "src/shop/cart/b.py", "src/shop/tax/c.py"], ["src/shop/cart", "src/shop/tax"]),
        (["src/main.c", "src/util.c"], ["src"]),
        (["packages/web/a.ts", "services/web/b.go", "services/web/c.go", "infra/d.tf"], ["infra", "services/web"]),
        (
            [f"part{number}/{file}.py" for number in range(12) for file in range(number + 1)],
            [f"part{n}" for n in (10, 11, 4, 5, 6, 7, 8, 9)],
        ),
    ],
)
def test_the_directories_that_people_work_in_become_streams(files, directories):
    guessed = parse(uncommented(guess_streams(files)), "guess")
    assert [stream.files for stream in guessed.streams] == [(directory + "/**",) for directory in directories]
    assert guessed.warnings == ()


@pytest.mark.parametrize("files", [[], TRADING])
def test_the_default_configuration_says_the_defaults(files):
    assert parse(default_config(files), "pucs_config.yaml") == Settings()


def test_the_guess_takes_the_place_of_the_templates_example():
    text = default_config(TRADING)
    with open(os.path.join(ROOT, "templates", "pucs_config.yaml"), encoding="utf-8") as file:
        template = file.read()
    example = template[template.index("# streams:\n") : template.index("\n# Files that need more care")]
    assert text == template.replace(example, guess_streams(TRADING))
    assert default_config([]) == template


def test_what_the_template_has_in_comments_loads_once_uncommented():
    settings = parse(uncommented(default_config([])), "pucs_config.yaml")
    assert settings.warnings == ()
    assert settings.streams == (
        StreamSettings(
            "execution",
            ("execution/**/*.py",),
            ("tests/test_*execution*.py",),
            False,
            4,
            ("config", "models"),
            ("Tune the predictor", "Measure it (after 1)"),
        ),
    )
    assert [entry.path for entry in settings.critical_files] == ["config/__init__.py"]


def test_the_template_explains_every_key():
    text = uncommented(default_config([]))
    named = set(re.findall(r"(?m)^ *(?:- )?(\w+):", text))
    keys = {
        *("session", "streams", "critical_files", "locks", "logging", "conflict_resolution", "guard", "commits"),
        *(
            "max_duration_hours",
            "auto_finalize",
            "execution",
            "files_pattern",
            "test_pattern",
            "critical",
            "max_agents",
        ),
        *("dependencies", "path", "max_lock_duration_min", "requires_review", "test_required"),
        *("default_duration_min", "max_duration_min", "queue_timeout_min", "parked", "across_worktrees"),
        *("partition", "partition_paths", "wait_seconds", "policies"),
        "commit_wait_seconds",
        "tasks",
        *("resources", "api", "database", "port", "commands", "limit", "rate", "per_min", "env", "values", "ports"),
        *("level", "persist_path", "max_entries", "auto_merge", "partition_enabled", "arbitration_timeout_min"),
        *("mode", "on_failure", "boundaries", "scan_seconds", "format", "types", "snapshots", "keep_days", "keep_mb"),
    }
    assert named == keys
