"""A storm: workers of the library and of the hooks on the same files, killed with SIGKILL at random instants."""
