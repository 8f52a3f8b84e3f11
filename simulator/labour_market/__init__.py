"""Working lives: ageing, entry and exit, school, and moves between jobs and out of work."""
