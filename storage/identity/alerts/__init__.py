"""Who wants to be alerted of what, by which device, and how far each was told."""
