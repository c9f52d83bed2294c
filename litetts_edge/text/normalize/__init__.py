"""How each language says what is not written in words. One module for each, with `read` and `read_as`."""
