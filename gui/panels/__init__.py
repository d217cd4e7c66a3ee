"""Small widgets beside the views; each knows the session, never another panel."""
