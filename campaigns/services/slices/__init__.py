"""The slices of a stage: what comes next, taking and giving back, and a person's hand on it."""
from campaigns.services.slices.cutting import Piece, Stand, files_of, next_slice, peek, split_of, stand
from campaigns.services.slices.moving import begin_anew, begun, cut_so_far, keep_apart, move, reset, step_back, succeed
from campaigns.services.slices.taking import finish, give_back, take

__all__ = ["Piece", "Stand", "begin_anew", "begun", "cut_so_far", "files_of", "finish", "give_back", "keep_apart", "move", "next_slice",
           "peek", "reset", "split_of", "stand", "step_back", "succeed", "take"]
