"""A test project."""
