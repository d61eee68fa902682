"""What agents may not write, and which calls of MCP servers count as writing."""

import pytest

from pucs.hosts.tools import paths_of
from tests.support import Repo, policy

HOOK = '"command": "/venv/bin/python"'
SETTINGS = '{\n  %s,\n  "other": 1\n}\n' % HOOK  # noqa: UP031 - braces


class TestProtectedPaths:
    @pytest.mark.parametrize(
        "path",
        [
            ".git/config",
            ".git/HEAD",
            ".git/hooks/pre-commit",
            ".git/pucs/records/path/a.json",
            ".git/pucs-installed.json",
            ".GIT/config",
            "docs/../.git/config",
            ".git",
        ],
    )
    def test_git_and_state(self, client, guarded: Repo, path) -> None:
        reason = client().pre("Write", path).reason
        assert "state" in reason
        assert "ask the person" in reason
        assert len(reason) <= 600

    def test_through_a_symlink(self, client, guarded: Repo) -> None:
        (guarded.root / "g").symlink_to(".git")
        assert client().pre("Write", "g/config").denied

    def test_from_a_linked_worktree(self, client, guarded: Repo) -> None:
        other = guarded.worktree("other")
        one = client(other)
        assert one.pre("Write", ".git").denied
        assert one.pre("Write", str(guarded.root / ".git/pucs/mutex")).denied
        assert one.pre("Write", str(guarded.root / ".git/worktrees/other/HEAD")).denied

    def test_what_only_looks_like_it_is_free(self, client, guarded: Repo) -> None:
        one = client()
        for path in (".gitignore", ".github/workflows/ci.yml", "x.git", "sub/.gitkeep", "git/config"):
            assert one.write(path, "x\n").silent

    @pytest.mark.parametrize("tool", ["Write", "Edit", "mcp__fs__write_file"])
    def test_the_configuration(self, client, guarded: Repo, tool) -> None:
        guarded.guard(config=str(guarded.root / "conf/my.yaml"))
        one = client()
        for path in ("pucs_config.yaml", "conf/my.yaml"):
            assert "configuration of PUCS" in one.pre(tool, path).reason
        assert "configuration" in client(guarded.worktree("other")).pre("Edit", "pucs_config.yaml").reason

    def test_observing_denies_nothing_at_all(self, client, guarded: Repo) -> None:
        guarded.guard(policy(guard={"mode": "observe"}))
        assert client().pre("Write", ".git/config").silent
        assert [entry["rule"] for entry in guarded.events("would_deny")] == ["protected"]

    def test_a_denial_leaves_no_lock(self, client, guarded: Repo) -> None:
        client().pre("Write", ".git/config")
        assert list(guarded.store.read().names("path")) == []


class TestEntries:
    """Files that hold text of ours among the user's own."""

    @pytest.fixture
    def settings(self, guarded: Repo) -> Repo:
        path = guarded.write(".claude/settings.local.json", SETTINGS)
        return guarded.guard(entries=((str(path), HOOK),))

    def edit(self, client, old: str, new: str):
        return client().pre("Edit", ".claude/settings.local.json", old_string=old, new_string=new)

    def test_edits_beside_our_entries_are_the_agents_business(self, client, settings: Repo) -> None:
        assert self.edit(client, '"other": 1', '"other": 2').silent

    def test_taking_out_our_entries_is_denied(self, client, settings: Repo) -> None:
        assert "contains the hooks of PUCS" in self.edit(client, HOOK + ",\n", "").reason

    def test_changing_our_entries_is_denied(self, client, settings: Repo) -> None:
        assert self.edit(client, "/venv/bin/python", "/bin/true").denied

    def test_switching_all_hooks_off_is_denied(self, client, settings: Repo) -> None:
        assert "switch off" in self.edit(client, '"other": 1', '"disableAllHooks": true').reason

    def test_a_whole_file_that_keeps_them_is_allowed_and_one_that_does_not_is_denied(
        self, client, settings: Repo
    ) -> None:
        one = client()
        path = ".claude/settings.local.json"
        assert one.pre("Write", path, content=SETTINGS.replace("1", "2")).silent
        one.fail()
        assert one.pre("Write", path, content="{}").denied
        assert one.pre("Edit", path, old_string="", new_string="{}").denied

    @pytest.mark.parametrize("tool", ["mcp__fs__write_file", "mcp__fs__edit_file", "MultiEdit"])
    def test_what_cannot_be_shown_to_keep_them_is_denied(self, client, settings: Repo, tool) -> None:
        assert client().pre(tool, ".claude/settings.local.json").denied

    def test_every_occurrence_counts(self, client, settings: Repo) -> None:
        settings.write(".claude/settings.local.json", SETTINGS + SETTINGS)
        one = client()
        assert one.pre("Edit", ".claude/settings.local.json", old_string=HOOK, new_string="x", replace_all=True).denied
        assert one.pre("Edit", ".claude/settings.local.json", old_string=HOOK, new_string="x").denied

    def test_entries_outside_the_repository(self, client, guarded: Repo, tmp_path) -> None:
        path = tmp_path / "home/.claude/settings.json"
        path.parent.mkdir()
        path.write_text(SETTINGS)
        guarded.guard(entries=((str(path), HOOK),))
        one = client()
        assert one.pre("Write", str(path), content="{}").denied
        assert one.pre("Edit", str(path), old_string='"other": 1', new_string='"other": 2').silent


class TestMcp:
    @pytest.mark.parametrize(
        "name",
        [
            "write_file",
            "edit_file",
            "writeFile",
            "fs.write",
            "create-file",
            "move_file",
            "delete",
            "apply_patch",
            "str_replace",
            "insertText",
            "WriteFile",
            "save",
            "set_content",
        ],
    )
    def test_writing_names(self, name) -> None:
        assert paths_of(f"mcp__server__{name}", {"path": "a.py"}) == (("a.py", False),)

    @pytest.mark.parametrize(
        "name",
        [
            "read_file",
            "list_directory",
            "search_files",
            "get_file_info",
            "directory_tree",
            "read_multiple_files",
            "grep",
            "view",
            "findReferences",
            "rewritten",
            "assets",
        ],
    )
    def test_reading_names(self, name) -> None:
        assert paths_of(f"mcp__server__{name}", {"path": "a.py"}) == ()

    @pytest.mark.parametrize(
        ("values", "paths"),
        [
            ({"path": "a"}, ["a"]),
            ({"file_path": "a", "content": "b.py"}, ["a"]),
            ({"source": "a", "destination": "b"}, ["b", "a"]),
            ({"paths": ["a", "b", "a"]}, ["a", "b"]),
            ({"files": [{"path": "a", "content": "x"}, {"path": "b"}]}, ["a", "b"]),
            ({"uri": "file:///x/a%20b.py"}, ["/x/a b.py"]),
            ({"uri": "https://example.com/a"}, []),
            ({"relative_path": "a"}, ["a"]),
            ({"query": "select", "text": "a.py"}, []),
            ({"path": None, "paths": 5, "files": [None, 7, {}]}, []),
        ],
    )
    def test_paths_in_the_input(self, values, paths) -> None:
        assert sorted(path for path, _ in paths_of("mcp__s__write", values)) == sorted(paths)

    def test_server_and_plugin_names_with_writing_words_do_not_count(self) -> None:
        assert paths_of("mcp__write_server__read_file", {"path": "a"}) == ()
        assert paths_of("mcp__plugin_edit_it__view", {"path": "a"}) == ()

    @pytest.mark.parametrize("tool", ["Read", "Bash", "write", "EDIT", "Task", "mcp__x", "", "Write2"])
    def test_other_tools_write_nowhere(self, tool) -> None:
        assert paths_of(tool, {"file_path": "a", "path": "a"}) == ()

    def test_is_guarded_like_an_edit(self, client, guarded: Repo) -> None:
        anna, ben = client(), client()
        assert anna.pre("mcp__fs__write_file", path="a.py", content="x").silent
        assert ben.pre("mcp__fs__edit_file", path=str(guarded.root / "a.py")).denied
        assert ben.pre("Edit", "a.py").denied
        guarded.write("a.py", "x")
        anna.post()
        assert "agent-1" in ben.pre("Edit", "a.py").reason

    def test_an_interrupted_call_is_over_at_the_end_of_the_turn(self, client, guarded: Repo) -> None:
        anna = client()
        anna.pre("mcp__fs__write_file", path="a.py")
        anna.stop()
        assert client().pre("Edit", "a.py").silent

    def test_making_a_folder_holds_nothing(self, client, guarded: Repo) -> None:
        anna = client()
        anna.pre("mcp__fs__create_directory", path="new")
        (guarded.root / "new").mkdir()
        anna.post()
        assert client().pre("mcp__fs__create_directory", path="new").silent

    def test_two_paths_in_two_trees_are_taken_together_or_not_at_all(self, client, guarded: Repo) -> None:
        other = guarded.worktree("other")
        client(other).write("b.py", "held there\n")
        ben = client()
        assert ben.pre("mcp__fs__move", source="a.py", destination=str(other.root / "b.py")).denied
        assert ben.batch().silent
        assert client().pre("Edit", "a.py").silent
        anna = client()
        assert anna.pre("mcp__fs__move", source="b.py", destination=str(other.root / "c.py")).silent
        anna.stop()
        assert client().pre("Edit", "b.py").silent
        assert client(other).pre("Edit", "c.py").silent

    def test_a_withdrawn_grant_swallows_no_notice(self, client, guarded: Repo) -> None:
        other = guarded.worktree("other")
        client(other).write("b.py", "held there\n")
        anna, ben = client(), client()
        anna.pre("Edit", "docs/x.md")
        assert ben.pre("Edit", "docs/x.md").denied
        ben.batch()
        anna.fail()
        denied = ben.pre("mcp__fs__move", source="a.py", destination=str(other.root / "b.py"))
        assert denied.denied
        assert (denied.context + ben.batch().context).count("docs/x.md is free") == 1, "with the denial, or after it"


class TestTakenAway:
    """Commands that would take what PUCS itself needs from the working tree along."""

    @pytest.fixture
    def installed(self, guarded: Repo) -> Repo:
        settings = guarded.write(".claude/settings.local.json", SETTINGS)
        guarded.write("pucs_config.yaml", "")
        guarded.write("scrap.txt", "scrap\n")
        (guarded.common / "info/exclude").write_text("/.claude/settings.local.json\n")
        return guarded.guard(entries=((str(settings), HOOK),))

    @pytest.mark.parametrize(
        ("command", "taken"),
        [
            ("git clean -fd", "pucs_config.yaml"),
            ("git clean -fdx", "pucs_config.yaml, .claude/settings.local.json"),
            ("git clean -fdX", ".claude/settings.local.json"),
            ("git clean -fx .claude", ".claude/settings.local.json"),
            ("git stash -u", "pucs_config.yaml"),
            ("git stash -a", "pucs_config.yaml, .claude/settings.local.json"),
        ],
    )
    def test_by_git(self, client, installed: Repo, command: str, taken: str) -> None:
        reason = client().pre("Bash", command=command).reason
        assert reason.startswith("PUCS: `git ")
        assert f"would take {taken}, without which" in reason

    @pytest.mark.parametrize("command", ["rm -rf .claude", "rm -r .", "mv .claude away"])
    def test_with_a_folder(self, client, installed: Repo, command: str) -> None:
        assert client().pre("Bash", command=command).denied

    @pytest.mark.parametrize(
        "command", ["git clean -nd", "git clean -fd docs", "git stash", "git stash -u -- scrap.txt", "rm -rf docs"]
    )
    def test_not_by(self, client, installed: Repo, command: str) -> None:
        assert client().pre("Bash", command=command).silent

    def test_a_committed_configuration_is_not_in_reach(self, client, installed: Repo) -> None:
        installed.commit("Configure", "pucs_config.yaml")
        assert client().pre("Bash", command="git clean -fd").silent
