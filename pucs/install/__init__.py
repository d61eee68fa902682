"""What `pucs init` writes into other people's files, and how exactly that is taken back."""
