"""What a chart draws, its sentence and its table say the same."""
from collections import Counter, namedtuple
from datetime import UTC, datetime, timedelta

from pomssite.kit import spans
from submissions import charts

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = spans.read("24h", now=NOW, usual="24h")
Kind = namedtuple("Kind", "state exit signal site jobs")
Cell = namedtuple("Cell", "submission bin slice asked jobs")


def second(hours):
    return int((NOW - timedelta(hours=hours)).timestamp())


def test_each_piece_of_time_adds_to_what_was_before():
    flows = [(None, Counter(idle=5)), (second(3), Counter(idle=-3, running=3)), (second(1), Counter(running=-2, done=1, failed=1, idle=-1, held=1))]
    chart = charts.over_time(flows, DAY, [(NOW, "version 2")], now=NOW)
    assert {each["name"]: each["values"] for each in chart.data["series"]} == {
        "running": [0, 3, 1, 1], "idle": [5, 2, 1, 1], "held": [0, 0, 1, 1]}
    assert chart.data["x"] == ["2026-11-22 12:00", "2026-11-23 09:00", "2026-11-23 11:00", "2026-11-23 12:00"]
    assert chart.sentence == "Now 1 running, 1 idle, 1 held; at most 3 ran at once; 1 done, 1 failed in the last 24 h."
    assert [(row.label, *row.cells) for row in chart.rows][:2] == [("23 Nov 12:00", "1", "1", "1"), ("23 Nov 11:00", "1", "1", "1")]
    assert chart.data["marks"] == [["2026-11-23 12:00", "version 2"]]


def test_what_ended_before_is_no_news_of_this_time():
    chart = charts.over_time([(None, Counter(done=40, idle=0))], DAY, now=NOW)
    assert (chart.sentence, chart.data, chart.rows) == ("No job in the last 24 h.", {}, ())


def test_of_all_time_only_what_was_is_drawn():
    flows = [(second(50), Counter(running=2)), (second(2), Counter(running=-2, done=2))]
    chart = charts.over_time(flows, spans.read("all", now=NOW, usual="24h"), now=NOW)
    assert chart.data["begins"] == "2026-11-21 10:00" and chart.sentence.startswith("Now none is alive; at most 2 ran at once; 2 done")


def test_a_time_that_is_over_speaks_of_its_end():
    span = spans.read("2026-11-20..2026-11-20", now=NOW, usual="24h")
    chart = charts.over_time([(None, Counter(running=2))], span, now=NOW)
    assert chart.sentence.startswith("At its end 2 running") and chart.data["ends"] == "2026-11-21 00:00"


def test_efficiency_has_its_median():
    chart = charts.efficiency(Counter({2: 10, 16: 60, 18: 30}))
    assert chart.key == "median 0.83"
    assert chart.sentence == "Of 100 ended jobs half used at least 83% of their time; 10 used less than half."
    assert sum(chart.data["values"]) == 100 and [row.words["cpu"] for row in chart.rows] == ["2", "16", "18"]
    assert charts.efficiency(Counter()).data == {}


def test_memory_stands_against_what_was_asked_for():
    cells = [Cell(7, 25, 3, 2000, 4), Cell(7, 19, 3, 2000, 96), Cell(9, 27, 3, 4000, 4)]
    chart = charts.memory(cells, 4)
    assert chart.sentence == "Jobs of the last 2 submissions used up to 2\u202f800 MB; 4 used more than was asked for."
    assert (chart.data["x"], chart.data["asked"]) == (["#7", "#9"], [2000, 4000])
    at = {mb: row for mb, row in zip(chart.data["y"], chart.data["z"], strict=True) if any(row)}
    assert at == {1950.0: [96, 0], 2550.0: [4, 0], 2750.0: [0, 4]}
    assert chart.rows[0] == charts.Row("#9", ["4\u202f000 MB", "2\u202f700 to 2\u202f800 MB", "4"], {"memory": "27"})
    assert "none used more" in charts.memory(cells, 0).sentence and charts.memory([], 0).data == {}


def test_sites_say_where_the_bad_ones_are():
    sums = [Kind("done", 0, None, "CERN", 50), Kind("failed", 1, None, "CERN", 2), Kind("failed", 65, None, "RAL", 9),
            Kind("held", None, None, None, 1), Kind("idle", None, None, None, 30)]
    chart = charts.sites(sums)
    assert chart.sentence == "62 jobs at 2 sites; most bad jobs at RAL, 9 of 9."
    assert [(row.label, *row.cells, row.words["site"]) for row in chart.rows] == [
        ("CERN", "52", "2", "CERN"), ("RAL", "9", "9", "RAL"), ("not told", "1", "1", "-")]
    assert charts.sites(sums[-1:]).sentence == "No job said where it ran."


def test_many_bars_are_few_and_the_rest_in_one():
    data = charts.sites([Kind("done", 0, None, f"site{n}", 100 - n) for n in range(9)]).data
    assert data["labels"] == ["site0", "site1", "site2", "site3", "site4", "4 more"]
    assert data["totals"][-1] == 95 + 94 + 93 + 92 and data["words"][-1] == {}


def test_ends_are_exit_codes_and_signals():
    sums = [Kind("done", 0, None, "x", 90), Kind("failed", 137, None, "x", 8), Kind("failed", None, 11, "x", 1), Kind("lost", None, None, "x", 1),
            Kind("running", None, None, "x", 5)]
    chart = charts.ends(sums)
    assert chart.sentence == "Of 100 ended jobs 10 went wrong, most of them with 137, killed."
    assert [(row.label, row.words) for row in chart.rows] == [
        ("exit 0", {"exit": "0"}), ("137, killed", {"exit": "137"}), ("signal 11", {"signal": "11"}), ("not told", {})]
    assert charts.ends(sums[-1:]).sentence == "No job has ended."


def test_stages_stand_as_in_the_file_and_of_many_the_largest_are_drawn():
    by = {1: Counter(done=4), 2: Counter(done=1, failed=5), 9: Counter()}
    chart = charts.stages({2: "gen", 1: "reco", 9: "fit", 3: "ana"}, by, {2: Counter({19: 2})})
    assert chart.sentence == "Jobs of 2 stages; most bad jobs in gen, 5 of 6."
    assert [(row.label, *row.cells, row.words) for row in chart.rows] == [("gen", "6", "5", "0.97", {"stage": "2"}),
                                                                         ("reco", "4", "0", "not told", {"stage": "1"})]
    assert (chart.data["labels"], chart.data["totals"]) == (["gen", "reco"], [6, 4])
    many = charts.stages({n: f"s{n}" for n in range(9)}, {n: Counter(done=n + 1) for n in range(9)}, {})
    assert many.data["labels"] == ["s8", "s7", "s6", "s5", "s4", "4 more"] and [row.label for row in many.rows] == [f"s{n}" for n in range(9)]
    assert charts.stages({1: "gen"}, {}, {}) == charts.Chart("stages", "Stages", "No job of any stage was at work.")
