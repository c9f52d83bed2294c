"""Text analysis: sentences, what is spoken, phonemes. Pure functions, and the one espeak-ng library."""
