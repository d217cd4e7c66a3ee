"""The journal that keeps every finished stroke, and what is recovered from it after a crash."""
