"""My account: the ways into it, what is held about me, and leaving."""
