"""My own desk: coming in, showing who I am, what is new to me, and what I watch for."""
