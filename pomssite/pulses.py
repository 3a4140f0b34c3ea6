"""The whole background life in one table: which task, and how many seconds apart at the most. Commits wake them sooner."""

PULSES: dict[str, float] = {
    "timetable": 1,
    "launch_ready": 1,
    "resume": 1,
    "listen": 1,
    "wrap_up": 2,
    "join_up": 2,
    "carry_out": 2,
    "bulk": 2,
    "read_logs": 2,
    "fold_tally": 1,
    "number_events": 1,
    "release_held": 30,
    "sweep": 30,
    "look_at_credentials": 300,
    "ferry": 60,
    "bury": 600,
    "thin": 3600,
}
