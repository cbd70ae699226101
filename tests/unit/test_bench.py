"""What the benchmarks say of their figures: verdicts, and what became slower since a kept run."""

from dataclasses import replace

import msgspec
import pytest

from tests.bench.cells import Cell, bytes_to_write
from tests.bench.figure import Figure, middle, percentile, summary, worst
from tests.bench.record import KEPT, README, Machine, Record

HERE = Machine("EPYC", 2, "3.11.2", "8.2.8")


def make_figure(name="tab", value=2.0, goal=1.5, **members):
    return Figure(name, value, 1.0, "ms", "down", goal, **members)


def make_record(*figures, machine=HERE, quick=False):
    return Record("2026-11-27", machine, quick, 280, figures)


def test_a_line_tells_the_ratio_both_numbers_and_the_goal():
    line = Figure("fill", 3.3, 3.0, "s", "fetching", 1.2).line()
    assert " ".join(line.split()) == "fill 1.10 × fetching 3.3 / 3 s goal ≤ 1.2: met"


def test_a_missed_goal_stands_out():
    assert make_figure(value=1.6).line().endswith("goal ≤ 1.5: MISSED")


def test_a_summary_names_the_missed_goals():
    assert summary([make_figure(value=1.0)] * 2) == "all 2 goals are met"
    figures = [make_figure("down", 1.0), make_figure("tab"), make_figure("v")]
    assert summary(figures) == "1 of 3 goals are met; missed: tab, v"


def test_the_worst_figure_is_the_farthest_from_its_own_goal():
    figures = [make_figure("p50", 4.0, goal=5.0), make_figure("p95", 2.9, goal=3.0)]
    assert worst(figures).name == "p95"


def test_the_pair_in_the_middle_is_that_of_the_ratios_on_a_machine_that_slows_down():
    pairs = [(11.0, 10.0), (24.0, 20.0), (21.0, 20.0), (10.5, 10.0), (12.0, 10.0)]
    assert middle(pairs) == (11.0, 10.0)
    assert middle(pairs[:2]) == (24.0, 20.0)


@pytest.mark.parametrize(("percent", "value"), [(50, 20.5), (95, 38.05)])
def test_a_percentile_of_forty_presses(percent, value):
    assert percentile(range(1, 41), percent) == pytest.approx(value)


def test_what_became_slower_is_told_with_its_factor():
    before = make_record(make_figure("tab", 2.0), make_figure("v", 3.0))
    now = make_record(make_figure("tab", 2.6), make_figure("v", 3.0))
    assert now.compare(before) == ["slower than 2026-11-27 on this machine: tab 1.3 ×"]


def test_what_is_slower_by_chance_is_not_told():
    before = make_record(make_figure(value=2.0))
    now = make_record(make_figure(value=2.6, tolerance=1.4))
    assert now.compare(before) == ["slower than 2026-11-27 on this machine: nothing"]


def test_next_to_nothing_may_become_a_little():
    before = make_record(make_figure("memory", 0.0))
    assert make_record(make_figure("memory", 0.1)).compare(before)[0].endswith(": nothing")
    assert make_record(make_figure("memory", 0.3)).compare(before)[0].endswith(": memory 3.0 ×")


def test_another_machine_is_compared_and_named():
    before = make_record(make_figure(value=1.0), machine=replace(HERE, python="3.13.0"))
    (line,) = make_record(make_figure(value=2.0)).compare(before)
    assert line.startswith(
        "slower than 2026-11-27 on another machine (EPYC, 2 cores, Python 3.13.0, Textual 8.2.8)"
    )
    assert line.endswith(": tab 2.0 ×")


def test_a_quick_run_is_compared_with_a_whole_one_and_says_so():
    (line,) = make_record(quick=True).compare(make_record())
    assert line == "slower than 2026-11-27 on this machine, in a whole run: nothing"


def test_a_figure_that_was_not_kept_is_told():
    lines = make_record(make_figure("tab"), make_figure("v")).compare(make_record(make_figure()))
    assert lines[1:] == ["not measured then: v"]


def test_a_record_is_read_as_it_was_written():
    record = make_record(make_figure(), make_figure("v", tolerance=3.0))
    assert Record.from_json(record.to_json()) == record


def test_what_is_no_record_is_refused():
    with pytest.raises(msgspec.ValidationError):
        Record.from_json('{"figures": []}')


def test_a_table_takes_the_place_of_the_last_one():
    readme = "# Title\n<!-- table -->\nold\n<!-- end of table -->\nthe rest\n"
    renewed = make_record(make_figure(value=2.0)).put_into(readme)
    assert "| tab | down | 2.00 | 1.5, missed |\n" in renewed
    assert "old" not in renewed
    assert renewed.startswith("# Title\n")
    assert renewed.endswith("\n<!-- end of table -->\nthe rest\n")


def test_the_readme_shows_the_kept_figures():
    readme = README.read_text(encoding="utf-8")
    record = Record.from_json(KEPT.read_text(encoding="utf-8"))
    assert record.put_into(readme) == readme


def make_screen(*lines, foreground="default"):
    return [[Cell(text, foreground, "default") for text in line] for line in lines]


def test_cells_that_stay_need_no_bytes():
    assert bytes_to_write(make_screen("abc"), make_screen("abc")) == 0


def test_each_run_of_changed_cells_needs_a_move_and_a_look():
    move, look = len("\x1b[1;1H"), len("\x1b[30;40m")
    before = make_screen("abcde", "abcde")
    assert bytes_to_write(before, make_screen("xbcde", "abcde")) == move + look + 1
    assert bytes_to_write(before, make_screen("xbcxé", "abcde")) == 2 * (move + look) + 1 + 3


def test_each_look_within_a_run_needs_a_code():
    before, after = make_screen("ab"), [[Cell("a", "ff0010", "default"), Cell("b", "red", "red")]]
    looks = "\x1b[38;2;255;0;16;40m", "\x1b[30;40m"
    assert bytes_to_write(before, after) == len("\x1b[1;1H") + sum(map(len, looks)) + 2
