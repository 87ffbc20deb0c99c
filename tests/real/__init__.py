"""Announcements sent by the whole engine to servers that nobody here wrote, on loopback: `scripts/test real`."""
