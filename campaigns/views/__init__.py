"""Pages of campaigns and stages."""
