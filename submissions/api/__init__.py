"""The REST doors of submissions."""
