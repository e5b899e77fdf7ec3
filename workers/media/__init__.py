"""Everything a stranger's clip goes through before anyone sees it: looked at, rebuilt, in a sandbox."""
