"""The message of a commit through prepare-commit-msg and commit-msg, from wherever it comes."""

import subprocess

import pytest

from pucs.policy import CommitPolicy
from tests.commits.conftest import STREAMS, as_agent, as_person, commit, editor, hook_up, message, run

FORMAT = "[PUCS-db] <type>: <description>"


@pytest.fixture
def staged(hooked):
    """Something to commit."""
    hooked.write("db/y.py", "1\n")
    hooked.git("add", "-A")
    return hooked


def strictness(repo, form):
    repo.guard(STREAMS._replace(commits=CommitPolicy(format=form)))


def test_a_subject_gets_its_prefix(staged):
    assert as_person(staged, "-m", "feat: Add y", "-m", "More words.").said == []
    assert message(staged) == "[PUCS-db] feat: Add y\n\nMore words."


def test_a_subject_that_has_it_is_left_alone(staged):
    assert as_person(staged, "-m", "[PUCS-db] feat: Add y").said == []
    assert message(staged) == "[PUCS-db] feat: Add y"


def test_a_message_from_a_file_gets_it_too(staged):
    (staged.root.parent / "words").write_bytes("\n\nfeat: Füge y hinzu\r\n\nMehr\n".encode())
    assert as_person(staged, "-F", "../words").said == []
    assert message(staged).splitlines()[0] == "[PUCS-db] feat: Füge y hinzu"


def test_a_message_in_another_encoding_keeps_its_bytes(staged):
    staged.git("config", "i18n.commitEncoding", "ISO-8859-1")
    (staged.root.parent / "words").write_bytes(b"feat: \xe9\xff\n")
    assert as_person(staged, "-F", "../words").status == 0
    raw = subprocess.run(["git", "cat-file", "commit", "HEAD"], cwd=staged.root, capture_output=True, check=True).stdout
    assert raw.endswith(b"\n\n[PUCS-db] feat: \xe9\xff\n")


@pytest.mark.parametrize(
    ("subject", "fault"),
    [
        ("Add y", f'"" is no type. Write: {FORMAT}'),
        ("feature: Add y", f'"feature" is no type. Write: {FORMAT}'),
        ("feat:", f"the subject describes nothing. Write: {FORMAT}"),
        ("[PUCS-ui] feat: Add y", f"the subject names stream ui, this commit belongs to stream db. Write: {FORMAT}"),
        ("[PUCS-no] feat: Add y", f"there is no stream no (there are: db, ui). Write: {FORMAT}"),
        ("[pucs-db] feat: Add y", f'the subject "[pucs-db] feat: Add y" does not name its stream. Write: {FORMAT}'),
    ],
)
def test_a_wrong_subject_is_refused_with_the_form(staged, subject, fault):
    fault = fault.replace('"" is no type', "the subject has no type")
    done = as_person(staged, "-m", subject)
    assert done.status == 1
    assert done.said[0] == "PUCS: this commit is refused; nothing was changed."
    assert done.said[1].startswith(f"  {fault}")
    assert len(done.said) == 2
    assert staged.events("refused")[-1]["rule"].startswith("subject-")


@pytest.mark.parametrize(
    "subject", ["fixup! Begin", "squash! Begin", "amend! Begin", 'Revert "Begin"', "Merge branch 'x'"]
)
def test_subjects_of_git_itself_pass(staged, subject):
    assert as_person(staged, "-m", subject).said == []
    assert message(staged) == subject


@pytest.mark.parametrize("option", ["--fixup=HEAD", "--squash=HEAD", "--fixup=amend:HEAD", "--fixup=reword:HEAD"])
def test_autosquash_commits_pass(staged, option):
    if "reword" in option:
        staged.git("reset", "-q")
    assert as_person(staged, option).said == []
    assert message(staged).startswith(("fixup! ", "squash! ", "amend! "))


def test_amending_keeps_any_subject_and_checks_a_new_one(staged):
    staged.git("-c", "core.hooksPath=/dev/null", "commit", "-qm", "Any words")
    assert as_person(staged, "--amend", "--no-edit").said == []
    assert as_person(staged, "--amend", **editor(staged, 'echo "with a body" >> "$1"')).said == []
    assert message(staged).splitlines()[0] == "Any words"
    assert as_person(staged, "--amend", **editor(staged, 'echo "Other words" > "$1"')).refused
    assert as_person(staged, "--amend", "-m", "Other words").refused
    assert as_person(staged, "--amend", "-m", "fix: Other words").said == []
    assert message(staged) == "[PUCS-db] fix: Other words"


@pytest.mark.parametrize("option", ["-C", "-c"])
def test_a_reused_message_passes(staged, option):
    assert as_person(staged, option, "HEAD").said == []
    assert message(staged) == "Begin both"


def test_a_format_that_only_warns(staged):
    strictness(staged, "warn")
    done = as_person(staged, "-m", "Add y")
    assert done.status == 0
    assert done.said[0].startswith("PUCS: warning: the subject has no type. Write: ")
    assert len(done.said) == 1
    assert message(staged) == "[PUCS-db] Add y"


def test_a_format_that_is_off(staged):
    strictness(staged, "off")
    assert as_person(staged, "-m", "Add y").said == []
    assert message(staged) == "Add y"


def test_nothing_binds_where_no_stream_applies(staged):
    staged.git("switch", "-q", "-c", "other")
    assert as_person(staged, "-m", "[PUCS-no] whatever").said == []
    assert message(staged) == "[PUCS-no] whatever"


def test_without_an_editor_a_number_sign_is_a_word(staged):
    assert as_person(staged, "-m", "# feat: Add y").refused
    assert as_person(staged, "-m", "feat: Add y\n\n# no comment").status == 0
    assert message(staged).endswith("# no comment")


# With an editor.


def test_an_editor_finds_the_prefix_and_completes_it(staged):
    done = as_person(staged, **editor(staged, """cp "$1" ../seen; sed -i '1s/$/feat: Add y/' "$1" """))
    assert done.said == []
    assert message(staged) == "[PUCS-db] feat: Add y"
    assert (staged.root.parent / "seen").read_text().startswith("[PUCS-db] \n")


@pytest.mark.parametrize("options", [(), ("-s",), ("-v",), ("--cleanup=scissors",), ("--cleanup=verbatim",)])
def test_a_message_left_as_it_was_aborts_as_empty(staged, options):
    done = as_person(staged, *options, **editor(staged, "exit 0"))
    assert done.status == 1
    assert "Aborting commit due to empty commit message." in done.stderr
    assert done.said == []


def test_a_message_emptied_in_the_editor_aborts_as_empty(staged):
    done = as_person(staged, **editor(staged, ': > "$1"'))
    assert "Aborting commit due to empty commit message." in done.stderr
    done = as_person(staged, **editor(staged, """sed -i '/^#/!d' "$1" """))
    assert "Aborting commit due to empty commit message." in done.stderr


def test_a_message_given_with_an_editor_may_be_left_as_it_is(staged):
    assert as_person(staged, "-e", "-m", "feat: Add y", **editor(staged, "exit 0")).said == []
    assert message(staged) == "[PUCS-db] feat: Add y"


def test_a_template_is_begun_and_must_be_filled_in(staged):
    (staged.root.parent / "template").write_text("\n# What and why\nTicket:\n")
    staged.git("config", "commit.template", "../template")
    done = as_person(staged, **editor(staged, "exit 0"))
    assert (done.status, done.said) == (1, [])
    assert "Aborting commit due to empty commit message." in done.stderr
    assert as_person(staged, **editor(staged, """sed -i '1s/$/feat: Add y\\n/' "$1" """)).said == []
    assert message(staged) == "[PUCS-db] feat: Add y\n\nTicket:"


def test_a_template_with_a_first_line_is_begun_there(staged):
    (staged.root.parent / "template").write_text("# What and why\nfeat: Add WHAT\n")
    staged.git("config", "commit.template", "../template")
    assert as_person(staged, **editor(staged, """sed -i 's/WHAT/y/' "$1" """)).said == []
    assert message(staged) == "[PUCS-db] feat: Add y"


@pytest.mark.parametrize("character", [";", "auto", "%"])
def test_other_comment_characters_are_known(staged, character):
    staged.git("config", "core.commentChar", character)
    assert as_person(staged, **editor(staged, """sed -i '1s/$/feat: Add y/' "$1" """)).said == []
    assert message(staged) == "[PUCS-db] feat: Add y"
    staged.git("commit", "-q", "--allow-empty", "-m", "feat: Other")
    assert as_person(staged, "--amend", **editor(staged, "exit 0")).said == []


def test_what_stands_below_the_scissors_is_no_message(staged):
    staged.write("db/y.py", "[PUCS-ui] chore: no\n")
    staged.git("add", "-A")
    assert as_person(staged, "-v", **editor(staged, """sed -i '1s/$/feat: Add y/' "$1" """)).said == []
    assert message(staged) == "[PUCS-db] feat: Add y"


def test_words_without_a_prefix_typed_into_the_editor_are_refused(staged):
    assert as_person(staged, **editor(staged, 'echo "Add y" > "$1"')).refused


# Skipped hooks.


def test_no_verify_skips_nothing_but_the_other_hooks(hooked, client):
    other, me = client(hooked), client(hooked)
    other.write("db/other.py", "half\n")
    me.start()
    hooked.git("add", "-A")
    assert commit(me, "--no-verify", "-m", "feat: Bundle").refused
    hooked.git("reset", "-q")
    hooked.write("ui/y.py", "1\n")
    hooked.git("add", "ui")
    assert commit(me, "--no-verify", "-m", "feat: Stray").refused


def test_no_verify_does_not_skip_the_format(staged):
    assert as_person(staged, "--no-verify", "-m", "Add y").refused
    assert as_person(staged, "--no-verify", "-m", "feat: Add y").said == []
    assert message(staged) == "[PUCS-db] feat: Add y"


def test_a_refused_commit_does_not_open_the_door_for_no_verify(staged):
    assert as_person(staged, "-m", "Add y").refused
    assert as_person(staged, "--no-verify", "-m", "Add y").refused
    hook = staged.root / ".git/hooks/pre-commit"
    hook.write_text(hook.read_text().replace("exec ", "", 1) + "exit 1\n")
    assert as_person(staged, "-m", "feat: Add y").status == 1
    assert as_person(staged, "--no-verify", "-m", "Add y").refused


def test_an_abandoned_message_is_no_commit_under_no_verify_either(staged):
    done = as_person(staged, "--no-verify", **editor(staged, "exit 0"))
    assert "Aborting commit due to empty commit message." in done.stderr


def test_an_index_changed_after_the_check_is_checked_again(hooked, client):
    other, me = client(hooked), client(hooked)
    other.write("db/other.py", "half\n")
    me.write("db/mine.py", "1\n")
    hooked.git("add", "db/mine.py")
    hook = hooked.root / ".git/hooks/pre-commit"
    hook.write_text(hook.read_text().replace("exec ", "", 1) + "exec git add -A\n")
    done = commit(me, "-m", "feat: Add mine")
    assert done.refused
    assert [event["file"] for event in hooked.events("refused")] == ["db/other.py"]


@pytest.mark.parametrize("hook", ["pre-commit", "prepare-commit-msg", "commit-msg"])
def test_each_hook_works_without_the_others(staged, client, hook):
    for path in (staged.root / ".git/hooks").iterdir():
        path.unlink()
    hook_up(staged, hook)
    staged.write("ui/y.py", "1\n")
    staged.git("add", "-A")
    me = client(staged)
    me.start()
    if hook == "commit-msg":
        assert commit(me, "-m", "Add y").refused
        assert commit(me, "-m", "[PUCS-db] feat: Add y").status == 0
        return
    assert commit(me, "-m", "feat: Add y").refused
    staged.git("reset", "-q", "ui")
    assert commit(me, "-m", "feat: Add y").status == 0
    assert message(staged) == ("feat: Add y" if hook == "pre-commit" else "[PUCS-db] feat: Add y")


def test_the_long_and_the_short_way_agree_in_a_worktree(staged, client):
    linked = staged.worktree("linked", "feature/stream-ui-more")
    me = client(linked)
    me.start()
    linked.write("ui/y.py", "1\n")
    linked.git("add", "-A")
    assert run(linked, "commit", "-qm", "Add y", cwd="ui", **as_agent(me)).refused
    assert run(linked, "commit", "-qm", "feat: Add y", cwd="ui", **as_agent(me)).said == []
    assert message(linked) == "[PUCS-ui] feat: Add y"
