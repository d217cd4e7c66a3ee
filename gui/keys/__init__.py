"""The table of keys, those in force, and how a user changes them."""
