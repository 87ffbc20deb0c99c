"""What an operator would notice if it were otherwise."""
