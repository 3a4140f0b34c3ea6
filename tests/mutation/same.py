"""Changes that change nothing, and why: no test could notice them."""

SAME: dict[tuple[str, str, str], str] = {       # module, table or function, what is changed
    **dict.fromkeys((("submissions.states", "_ENDS", f"S.{status} in or out") for status in ("IDLE", "RUNNING", "HELD")),
                    "each row that has _ENDS has these by LIVE, or takes them away itself"),
    **dict.fromkeys((("submissions.states", "BY_PERSON", f"[S.COMPLETED] Status.{status} in or out") for status in ("LOCATED", "REMOVED")),
                    "AFTER allows these to anybody"),
    **dict.fromkeys((("submissions.states", "from_jobs()", f"expected or 0: 0 is {number}") for number in (1, -1)),
                    "at least one job is over where it is asked"),
    ("submissions.states", "newer()", "turn > before: GtE"): "equal ones are not compared there",
    **dict.fromkeys((("campaigns.graph", "layout()", what) for what in (
        "-1: 1 is 2", "-1: 1 is 0", "max(depth.values(), default=-1) + 1: 1 is 2")), "a column more or less that no stage is in"),
    **dict.fromkeys((("campaigns.graph", "_middle()", f"sum(rows) / len(rows) if rows else 0: 0 is {number}") for number in (1, -1)),
                    "only stages of the first column have nothing that feeds them: all of them are equal"),
    ("submissions.recovery", "again()", "About('', ()): '' with a letter more"): "its dimensions are thrown away",
    ("datasets.conditions", "TERMS", "'snapshot_for_project_name' has the value _in_project"): "a project's files are those of its snapshot",
    ("datasets.patterns", "any_of()", "len(parts) == 1: 1 is 0"): "one pattern in brackets means the same",
    **dict.fromkeys((("datasets.query.terms", "OPERATORS", f"'{op}' and the next change places") for op in ("<=", ">=", "!=", "=", "<", ">", "like")),
                    "of two that stand side by side none begins with the other"),
    **dict.fromkeys((("datasets.query.writing", "LEVELS", f"{kind} 3 is 4") for kind in ("Term", "Not", "Related")), "3 is the most there is"),
    **dict.fromkeys((("datasets.splits.kinds", "existing_run()", f"at.ask.fresh({what}, 1): 1 is 2") for what in (
        "narrowed(at.dataset, 'and run_number >= 0')", "dimensions(at.dataset)")), "of those that are asked for the first one counts"),
    **dict.fromkeys((("datasets.splits.kinds", "LOOK", f"1000 is {number}") for number in (999, 1001)), "so many are asked for at a time"),
    ("datasets.splits.kinds", "run()", "at.state or 0: 0 is -1"): "the first run is at least 0",
    ("datasets.splits.kinds", "existing_run()", "having[0]: 0 is -1"): "there is one",
    ("datasets.patterns", "any_of()", "parts[0]: 0 is -1"): "there is one",
    **dict.fromkeys((("campaigns.cron", "NEAR", f"days 2 is {number}") for number in (1, 3)), "no zone changes its clock twice in six days"),
    ("campaigns.cron", "_distance()", "span > timedelta(): GtE"): "no distance is now",
    ("campaigns.cron", "Line()", "strict=True: True turned"): "the two are of one length",
    ("campaigns.document.parts", "_FILES", "'output_files_per_job' least unsaid"): "what is not said is 0",
    ("campaigns.document.fields", "_COUNT", "least unsaid"): "what is not said is 0",
    ("campaigns.document.fields", "FIELDS", "'completion_pct' above unsaid"): "what is not said is 0",
}
