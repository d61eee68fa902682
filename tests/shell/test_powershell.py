"""PowerShell commands in their plain forms; it is not installed where tests run, so these are only read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pucs.shell.powershell import read


@pytest.fixture
def folder(tmp_path):
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(name)
    (tmp_path / "src").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("command", "written"),
    [
        ("Set-Content -Path a.txt -Value 'x'", ["a.txt"]),
        ("Set-Content a.txt x", ["a.txt"]),
        ("'x' | Out-File -FilePath a.txt -Append", ["a.txt"]),
        ("Get-Content a.txt | Out-File b.txt", ["b.txt"]),
        ("echo hi > a.txt", ["a.txt"]),
        ("echo hi >> 'with space.txt'", ["with space.txt"]),
        ("Get-ChildItem 2> errors.txt", ["errors.txt"]),
        ("Remove-Item a.txt -Force", ["a.txt"]),
        ("del a.txt; ri b.txt", ["a.txt", "b.txt"]),
        ("Copy-Item a.txt src", ["src/a.txt"]),
        ("Copy-Item -Path a.txt -Destination c.txt", ["c.txt"]),
        ("Move-Item a.txt c.txt", ["a.txt", "c.txt"]),
        ("Add-Content a.txt 'more'", ["a.txt"]),
        ("New-Item src\\new.py -ItemType File", ["src/new.py"]),
        ("cd src; Set-Content one.py x", ["src/one.py"]),
    ],
)
def test_plain_forms_are_known(folder, command: str, written: list[str]) -> None:
    reading = read(command, str(folder), {})
    assert reading.writes == tuple(str(folder / name) for name in written)
    assert not reading.unknown
    assert not reading.read_only


def test_a_removed_folder_is_a_folder(folder) -> None:
    assert read("Remove-Item -Recurse -Force src", str(folder), {}).folders == (str(folder / "src"),)


@pytest.mark.parametrize(
    "command", ["Get-ChildItem", "Get-Content a.txt | Select-String x", "dir", "Test-Path 'a.txt'"]
)
def test_what_reads_is_read_only(folder, command: str) -> None:
    assert read(command, str(folder), {}).read_only


@pytest.mark.parametrize(
    "command",
    [
        "Set-Content $path x", "Remove-Item *.txt", "& ./x.ps1", "Invoke-Expression 'del a.txt'", "git stash",
        '"x $(del a.txt)"', "Get-ChildItem | ForEach-Object { del $_ }", "[IO.File]::WriteAllText('a.txt', 'x')",
        "Get-Content a.txt | % { $_ }", "Where-Object { del a.txt }", "Remove-Item a.txt,b.txt", "unknown.exe",
        "'unfinished",
    ],
)  # fmt: skip
def test_anything_else_is_unknown(folder, command: str) -> None:
    reading = read(command, str(folder), {})
    assert reading.unknown
    assert not reading.read_only


@given(st.text(max_size=80))
def test_no_text_breaks_it(command: str) -> None:
    read(command, "/nowhere", {})
