"""What is asked of me: requests for footage, letters, and what I answer."""
