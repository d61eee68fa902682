"""The commit format, asked in all its corners."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pucs import messages
from pucs.messages import Fault, Subject, Terms

TERMS = Terms("db", ("db", "ui"), ("feat", "fix"), "enforce")
NAMES = st.from_regex(r"[a-z][a-z0-9._-]{0,10}[a-z0-9]", fullmatch=True)
LINES = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=40)


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("[PUCS-db] feat: Add x", Subject("db", "feat", "Add x")),
        ("[PUCS-a.b-c_d] fix: y: z", Subject("a.b-c_d", "fix", "y: z")),
        ("[PUCS-db] feat:", Subject("db", "feat")),
        ("[PUCS-db] feat:Add", Subject("db", "feat")),
        ("[PUCS-db] feat:   ", Subject("db", "feat")),
        ("[PUCS-db] Add x", Subject("db")),
        ("[PUCS-db]", Subject("db")),
        ("[PUCS-db]feat: Add", Subject("db", "feat")),
        ("fixup! [PUCS-db] feat: Add x", Subject("db", "feat", "Add x")),
        ("squash! fixup! [PUCS-db] feat: Add x", Subject("db", "feat", "Add x")),
        ("[PUCS-] feat: Add x", None),
        ("[PUCS-db feat: Add x", None),
        ("[pucs-db] feat: Add x", None),
        (" [PUCS-db] feat: Add x", None),
        ("feat: Add x", None),
        ("", None),
    ],
)
def test_a_subject_is_taken_apart(subject, expected):
    assert messages.parse(subject) == expected


@pytest.mark.parametrize(
    ("subject", "fault"),
    [
        ("[PUCS-db] feat: Add x", None),
        ("Add x", Fault("subject-prefix", "Add x")),
        ("", Fault("subject-prefix", "")),
        ("[PUCS-ui] feat: x", Fault("subject-other", "[PUCS-ui] feat: x", "ui", ("db", "ui"))),
        ("[PUCS-no] feat: x", Fault("subject-unknown", "[PUCS-no] feat: x", "no", ("db", "ui"))),
        ("[PUCS-db] x", Fault("subject-type", "[PUCS-db] x", "", ("feat", "fix"))),
        ("[PUCS-db] Feat: x", Fault("subject-type", "[PUCS-db] Feat: x", "Feat", ("feat", "fix"))),
        ("[PUCS-db]  feat: x", Fault("subject-type", "[PUCS-db]  feat: x", " feat", ("feat", "fix"))),
        ("[PUCS-db] feat: ", Fault("subject-description", "[PUCS-db] feat: ")),
        ("[PUCS-db] feat:x", Fault("subject-description", "[PUCS-db] feat:x")),
        ("fixup! Add x", None),
        ("squash! anything", None),
        ("amend! anything", None),
        ("fixup!", Fault("subject-prefix", "fixup!")),
        ('Revert "Add x"', None),
        ('Reapply "Add x"', None),
        ("Revert the parser", Fault("subject-prefix", "Revert the parser")),
        ("Merge branch 'x' into y", None),
        ("Merge remote-tracking branch 'origin/main'", None),
        ("Merge pull request #7 from a/b", None),
        ("Merge tag 'v1'", None),
        ("Merge the two parsers", Fault("subject-prefix", "Merge the two parsers")),
    ],
)
def test_a_subject_is_checked(subject, fault):
    assert messages.check(subject, TERMS) == fault


def test_a_stream_of_ones_own_that_is_not_configured_may_be_named():
    assert messages.check("[PUCS-x] feat: y", TERMS._replace(stream="x")) is None
    assert messages.check("[PUCS-y] feat: y", TERMS._replace(stream="x", streams=())) == Fault(
        "subject-other", "[PUCS-y] feat: y", "y"
    )


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (
            Fault("subject-prefix", "Add\tx"),
            'the subject "Add\\tx" does not name its stream. Write: [PUCS-db] <type>: <description>',
        ),
        (
            Fault("subject-type", "", "Feat", ("feat", "fix")),
            '"Feat" is no type. Write: [PUCS-db] <type>: <description> (types: feat, fix)',
        ),
        (
            Fault("subject-type", "", "", ("feat",)),
            "the subject has no type. Write: [PUCS-db] <type>: <description> (types: feat)",
        ),
        (
            Fault("subject-other", "", "ui", ("db", "ui")),
            "the subject names stream ui, this commit belongs to stream db. Write: [PUCS-db] <type>: <description>",
        ),
        (
            Fault("subject-unknown", "", "no", ("db", "ui")),
            "there is no stream no (there are: db, ui). Write: [PUCS-db] <type>: <description>",
        ),
        (
            Fault("subject-unknown", "", "db", ("ui",)),
            "there is no stream db (there are: ui). Write: [PUCS-<stream>] <type>: <description>",
        ),
        (Fault("subject-description", ""), "the subject describes nothing. Write: [PUCS-db] <type>: <description>"),
    ],
)
def test_a_fault_is_said_with_the_way_out(fault, sentence):
    assert messages.sentence(fault, "db") == sentence


@pytest.mark.parametrize(
    ("text", "comment", "subject"),
    [
        ("Add x\n\nmore\n", "", "Add x"),
        ("\n\n  Add x  \nand y\n\nmore", "", "Add x and y"),
        ("# Add x\n", "", "# Add x"),
        ("# help\n\nAdd x\n# help\ny\n\n", "#", "Add x y"),
        ("; help\nAdd # x\r\n", ";", "Add # x"),
        ("# only\n#help\n", "#", ""),
        ("", "#", ""),
        ("# ------------------------ >8 ------------------------\nAdd x\n", "#", ""),
        ("// c\nAdd\n// ------------------------ >8 ------------------------\ndiff", "//", "Add"),
    ],
)
def test_the_subject_is_the_first_paragraph_without_comments(text, comment, subject):
    assert messages.subject_of(text, comment) == subject


@pytest.mark.parametrize(
    ("text", "edited", "expected"),
    [
        ("Add x\n", False, "[PUCS-db] Add x\n"),
        ("\n\n Add x\n\nbody\n", False, "\n\n[PUCS-db] Add x\n\nbody\n"),
        ("[PUCS-ui] x\n", False, "[PUCS-ui] x\n"),
        ("[pucs-db] x\n", False, "[pucs-db] x\n"),
        ("fixup! x\n", False, "fixup! x\n"),
        ("Merge branch 'x'\n", False, "Merge branch 'x'\n"),
        ('Revert "x"\n', False, 'Revert "x"\n'),
        ("", False, ""),
        ("\n# help\n", True, "[PUCS-db] \n# help\n"),
        ("\n\nSigned-off-by: A\n\n# help\n", True, "[PUCS-db] \n\nSigned-off-by: A\n\n# help\n"),
        ("# help\n# more", True, "[PUCS-db] \n# help\n# more"),
        ("# help\nWhy:\n", True, "# help\n[PUCS-db] Why:\n"),
        ("Add x\n\n# help\n", True, "[PUCS-db] Add x\n\n# help\n"),
        (
            "# ------------------------ >8 ------------------------\ndiff",
            True,
            "[PUCS-db] \n# ------------------------ >8 ------------------------\ndiff",
        ),
    ],
)
def test_a_message_is_begun_with_the_prefix(text, edited, expected):
    assert messages.begun(text, "db", "#" if edited else "", edited=edited) == expected


@pytest.mark.parametrize(
    ("setting", "text", "comment"),
    [
        ("", "x", "#"),
        (";", "x", ";"),
        ("//", "x", "//"),
        ("auto", "# is a title\n\n; Please enter\n;\n", ";"),
        ("auto", "Add\n@ ------------------------ >8 ------------------------\ndiff\n+x\n", "@"),
        ("auto", "Add x\n", "#"),
        ("AUTO", "", "#"),
    ],
)
def test_what_begins_a_comment(setting, text, comment):
    assert messages.comment_of(setting, text) == comment


@given(NAMES, NAMES, LINES)
def test_what_is_written_in_the_format_is_read_back(stream, kind, description):
    subject = f"{messages.prefix(stream)}{kind}: {description}"
    assert messages.parse(subject) == Subject(stream, kind, description.strip())


@given(st.lists(LINES, max_size=6), NAMES, st.booleans(), st.sampled_from(["", "#"]))
def test_beginning_twice_changes_nothing_more_and_nothing_is_lost(lines, stream, edited, comment):
    text = "\n".join(lines)
    once = messages.begun(text, stream, comment, edited=edited)
    assert messages.begun(once, stream, comment, edited=edited) == once
    without = once.replace(messages.prefix(stream), "", 1) if once != text else once
    assert without.split() == text.split()
