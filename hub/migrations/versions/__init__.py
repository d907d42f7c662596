"""One module a step, oldest first; the name says what changes."""
