"""Values in, values out: words, files and proofs without what could say who. Touches no file and no database."""
