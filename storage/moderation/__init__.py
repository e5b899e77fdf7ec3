"""What people say is wrong with a post, who works on it, what is decided, and what comes of that."""
