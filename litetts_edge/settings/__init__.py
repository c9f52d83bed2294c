"""One schema, six layers, and every error at once with its file, line and key."""
