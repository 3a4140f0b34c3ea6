"""Pages of submissions and jobs."""
