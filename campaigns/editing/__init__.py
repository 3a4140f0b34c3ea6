"""A campaign while somebody edits it: text, picture and forms of one document, and what each edit makes of it. Pure."""
from campaigns.editing.turn import Turn, turn

__all__ = ["Turn", "turn"]
