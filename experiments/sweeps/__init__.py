"""Studies of many runs: what is varied, where it is kept, and what runs it."""
