"""Source code: what it consists of, read with tree-sitter where its grammars are installed."""
