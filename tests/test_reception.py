"""What staff read of services and lines: numbers from five on, as a table, as CSV, and in the doctor."""

import csv
from io import StringIO

import pytest

from bot.core import calls
from bot.core.monitoring import read, to_ask
from bot.reception import as_csv, is_reported, points, rows, rows_of_lines
from bot.report import print_reception

SUMS = [
    ("monitor house safe no", 6),
    ("monitor house safe yes", 20),
    ("monitor house respectful no", 4),
    ("referral house full", 5),
    ("refused house papers", 7),
    ("visit house badly_treated", 2),
    ("visit house helped", 12),
    ("visit house refused", 8),
    ("visit quiet-house helped", 3),
    ("talk porto-peers find", 4),
    ("talk porto-peers low", 3),
    ("talk porto-peers nobody", 5),
    ("talk porto-peers other", 9),
    ("talk porto-peers violence", 50),
    ("talk quiet-line nobody", 4),
]
FOUND = [*rows(read(SUMS)), *rows_of_lines(calls.read(SUMS))]


def test_the_table_has_a_bar_for_each_number_and_names_whom_to_ask(capsys: pytest.CaptureFixture[str]) -> None:
    print_reception(FOUND, to_ask(read(SUMS)))
    said = capsys.readouterr().out
    assert "ask this service: house" in said
    lines = {" ".join(line.replace("█", "").split()): line.count("█") for line in said.splitlines()}
    assert lines["safe yes 20"] > lines["safe no 6"] > 0
    assert "quiet-house" not in said
    assert "respectful" not in said
    assert lines["porto-peers talk violence 50"] > lines["talk other 9"] > 0
    assert lines["call nobody took it 5"] > 0


def test_of_a_line_every_number_from_five_on_is_said_and_nothing_that_would_tell_a_smaller_one() -> None:
    assert list(rows_of_lines(calls.read(SUMS))) == [
        ("porto-peers", "talk", "violence", 50),
        ("porto-peers", "talk", "other", 9),
        ("porto-peers", "call", "nobody took it", 5),
    ]


@pytest.mark.parametrize(
    ("refused", "badly", "said"), [(8, 2, 8), (8, 6, 14), (4, 4, 5), (3, 2, 5), (2, 2, 0), (0, 7, 7)]
)
def test_bad_receptions_together_do_not_tell_a_number_below_five(refused: int, badly: int, said: int) -> None:
    services = read([("visit house refused", refused), ("visit house badly_treated", badly)])
    assert (services["house"].bad if services else 0) == said


def test_week_by_week_the_doctor_says_nothing_of_what_the_report_sums() -> None:
    assert all(is_reported(kind) for kind, _ in SUMS)
    assert not is_reported("wrong house")


def test_with_nothing_to_say_it_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    print_reception([], [])
    assert "below 5" in capsys.readouterr().out


def test_the_csv_has_the_same_numbers() -> None:
    head, *written = csv.reader(StringIO(as_csv(FOUND)))
    assert head == ["service or line", "about", "said", "number"]
    assert [tuple(each) for each in written] == [tuple(map(str, row)) for row in FOUND]
    assert ["house", "refused", "papers", "7"] in written
    assert ["porto-peers", "talk", "violence", "50"] in written
    assert not any(int(number) < 5 for *_, number in written)


def test_the_doctor_names_whom_to_ask_as_long_as_nobody_has() -> None:
    (point,) = points(read(SUMS), ["house"])
    assert point.said.startswith("house: at least 8 women")
    assert point.is_good
    assert points(read(SUMS), []) == []
