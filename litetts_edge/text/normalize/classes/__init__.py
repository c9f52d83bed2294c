"""Classes of token common to languages in Latin letters with comma decimals; a `Tables` object says the rest."""
