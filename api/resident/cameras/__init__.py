"""My cameras: registering and listing them, and who looked."""
