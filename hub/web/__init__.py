"""The hub's pages: starlette-admin as the shell, every page a view of our own, in Chinese."""
