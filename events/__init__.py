"""The vocabulary: what crosses a queue or a boundary is defined here and nowhere else."""
