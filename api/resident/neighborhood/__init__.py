"""My area: its posts, what is said under them, and what may be done about one."""
