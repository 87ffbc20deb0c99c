"""Servers that somebody else wrote: how each is started, killed, posted to, and read by others than us."""
