"""Git: the only place that runs it or reads its files."""
