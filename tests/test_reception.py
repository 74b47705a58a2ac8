"""What staff read of how services receive women: numbers from five on, as a table, as CSV, and in the doctor."""

import csv
from io import StringIO

import pytest

from bot.core.monitoring import read, to_ask
from bot.reception import as_csv, points, rows
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
    ("talk porto-peers violence", 50),
]


def test_the_table_has_a_bar_for_each_number_and_names_whom_to_ask(capsys: pytest.CaptureFixture[str]) -> None:
    services = read(SUMS)
    print_reception(list(rows(services)), to_ask(services))
    said = capsys.readouterr().out
    assert "ask this service: house" in said
    lines = {" ".join(line.replace("█", "").split()): line.count("█") for line in said.splitlines()}
    assert lines["safe yes 20"] > lines["safe no 6"] > 0
    assert "quiet-house" not in said
    assert "respectful" not in said
    assert "violence" not in said


def test_with_nothing_to_say_it_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    print_reception([], [])
    assert "below 5" in capsys.readouterr().out


def test_the_csv_has_the_same_numbers() -> None:
    services = read(SUMS)
    head, *written = csv.reader(StringIO(as_csv(services)))
    assert head == ["service", "about", "said", "number"]
    assert [tuple(each) for each in written] == [tuple(map(str, row)) for row in rows(services)]
    assert ["house", "refused", "papers", "7"] in written
    assert not any(int(number) < 5 for *_, number in written)


def test_the_doctor_names_whom_to_ask() -> None:
    (point,) = points(read(SUMS))
    assert point.said.startswith("house: 10 women")
    assert point.is_good
