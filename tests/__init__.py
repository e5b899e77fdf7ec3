"""What the project promises, one file of facts for each module."""
