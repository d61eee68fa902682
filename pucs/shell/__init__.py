"""Shell commands: what a command line will write, read from its text and from the folders it names."""
