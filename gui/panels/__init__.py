"""Small panels around the pictures; they know the session, never each other."""
