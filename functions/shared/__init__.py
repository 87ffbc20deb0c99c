"""The only room that knows AWS clients, the environment, the clock and the log."""
