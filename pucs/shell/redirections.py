"""What redirections write, and what they feed to a program."""

from __future__ import annotations

from pucs.shell.nodes import text_of
from pucs.shell.patching import text_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pucs.shell.scene import Scene, Word
    from pucs.shell.words import Expander


class Redirections:
    """Reads the redirections of one text, whose words `words` expands."""

    def __init__(self, words: Expander) -> None:
        self._words = words

    def apply(self, redirects: list[Any], scene: Scene, stdin: Word) -> tuple[Word, bool]:
        """Notes what redirections write; gives the standard input, and whether the output goes to a file."""
        goes = False
        for one in redirects:
            if one.type == "heredoc_redirect":
                goes |= self.apply(one.children_by_field_name("redirect"), scene, None)[1]
                stdin = self._heredoc(one, scene)
            elif one.type == "herestring_redirect":
                text = self._words.single(one.children[-1], scene)
                stdin = None if text is None else text + "\n"
            else:
                reads, writes = self._file(one, scene)
                stdin = text_in(scene, reads) if reads else stdin
                goes |= writes
        return stdin, goes

    def _file(self, node: Any, scene: Scene) -> tuple[Word, bool]:
        """One redirection: the file that feeds the input, and whether it takes the output."""
        targets = node.children_by_field_name("destination")
        operator = next((child.type for child in node.children if child.type[0] in "<>&"), "")
        if not targets or operator in (">&-", "<&-", "<&"):
            return "/dev/stdin" if operator == "<&" else "", False
        word = self._words.target(targets[0], scene)
        if operator == "<":
            scene.name([word])
            return word or "/dev/stdin", False
        if operator == ">&" and word is not None and (word.isdigit() or word == "-"):
            return "", word != "1"
        descriptor = node.child_by_field_name("descriptor")
        scene.name([word])
        scene.write(word, whole=operator != "<>" and not operator.endswith(">>"))
        return "", descriptor is None or text_of(descriptor) == "1"

    def _heredoc(self, node: Any, scene: Scene) -> Word:
        start = next((child for child in node.children if child.type == "heredoc_start"), None)
        body = next((child for child in node.children if child.type == "heredoc_body"), None)
        if start is None:
            return None
        if body is None:
            return ""
        text = self._words.document(body, scene, literal=any(mark in text_of(start) for mark in "'\"\\"))
        if text is not None and any(child.type == "<<-" for child in node.children):
            text = "\n".join(line.lstrip("\t") for line in text.split("\n"))
        return text
