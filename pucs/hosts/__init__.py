"""One adapter for each agent host: its event JSON to our request, our answer to its JSON."""
