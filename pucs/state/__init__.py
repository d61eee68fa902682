"""The state: one small record a key behind the Store port, a file backend and one in memory."""
