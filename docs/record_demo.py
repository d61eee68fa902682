"""Records `pucs demo` as a picture. `make demo-picture` runs: python docs/record_demo.py docs/demo.svg.

The words are the demo's own output; colours are added here, and the places of this machine are taken out.
"""

import io
import re
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from pucs.install.locations import shell_command

WIDTH = 108
THEME = TerminalTheme(
    (250, 250, 250),
    (40, 44, 52),
    [
        (40, 44, 52),
        (190, 50, 50),
        (40, 120, 60),
        (150, 100, 0),
        (40, 90, 170),
        (130, 60, 140),
        (0, 110, 120),
        (90, 96, 105),
    ],
)
ACTORS = {"person": "bold", "api": "bold blue", "risk": "bold magenta"}


def play() -> str:
    """What `pucs demo` prints, as if `pucs` were on the path."""
    done = subprocess.run([sys.executable, "-m", "pucs", "demo", "--fast"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"pucs demo failed ({done.returncode}):\n{done.stdout}{done.stderr}")
    folder = re.escape(tempfile.gettempdir())
    text = done.stdout.replace(shell_command() or "pucs", "pucs")
    text = re.sub(rf"{folder}/pucs-demo-\w+", "~", text).replace("~/shop/.git/pucs-run", "pucs")
    # The log at the end says the same again, line by line: too long for a page.
    return text.partition("\n[person] $ pucs log\n")[0].rstrip("\n")


def wrapped(line: str) -> str:
    """The line in the picture's width; what is continued keeps its indentation."""
    indentation = " " * (len(line) - len(line.lstrip()))
    return "\n".join(textwrap.wrap(line, WIDTH, subsequent_indent=indentation, break_on_hyphens=False)) or line


def coloured(text: str) -> Iterator[Text]:
    """The lines, each in the colour of who speaks."""
    for line in text.splitlines():
        actor = re.match(r"\[(\w+)\]", line)
        if actor:
            yield Text(wrapped(line), style=ACTORS.get(actor[1], "bold"))
        elif re.match(r"    PUCS: ", line) and "guards this repository" not in line:
            yield Text(wrapped(line), style="red")
        elif re.match(r"    [-+]", line):
            yield Text(wrapped(line), style="green" if line.lstrip().startswith("+") else "yellow")
        else:
            yield Text(wrapped(line))


def main(path: str) -> None:
    """Writes the picture to the path."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    console.print(Text("$ pucs demo", style="bold"))
    for line in coloured(play()):
        console.print(line)
    svg = console.export_svg(title="pucs demo", theme=THEME, unique_id="pucs-demo")
    # Fonts come from the reader's machine: a picture in a README may load nothing anyway.
    svg = re.sub(r"\s*@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    svg = svg.replace("Fira Code", "ui-monospace").replace("<svg ", '<svg xml:space="preserve" ', 1)
    with open(path, "w", encoding="utf-8") as file:
        file.write(svg + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
