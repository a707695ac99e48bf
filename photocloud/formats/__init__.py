"""Formats of dates where Django's don't read as people write."""
