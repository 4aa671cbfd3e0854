"""Schedules as robfig/cron reads them, lengths of time as Go does, and the indexes of a Job."""

import pytest

from tools.kubernetes.validation.job_policies import number_of_indexes
from tools.kubernetes.validation.schedules import is_duration, schedule_objection
from tools.kubernetes.validation.time_zones import TIME_ZONES

GOOD = [
    "* * * * *",
    "? ? ? ? ?",
    "59 23 31 12 6",
    "0-59/15 */2 1,15 JAN-jun Mon-FRI",
    "5/20 0 ? * sun",
    "1,,2 , * * *",
    "*-anything 0 * * *",
    "+1 0 * * *",
    "\t30 4 * * 1-5 ",
    "@hourly",
    "@every 1h30m",
]
BAD = {
    "* * * *": "it has 4 parts, must have 5, as in '30 4 * * 1-5'",
    "60 * * * *": "60 is above 59 in '60', the minute",
    "0 0 0 * *": "0 is below 1 in '0', the day of the month",
    "0 0 * * 7": "7 is above 6 in '7', the day of the week",
    "0 5-2 * * *": "5 is beyond 2 in '5-2', the hour",
    "*/0 * * * *": "what follows the slash is no number above 0 in '*/0', the minute",
    "1-2-3 * * * *": "there are too many hyphens in '1-2-3', the minute",
    "1/2/3 * * * *": "there are too many slashes in '1/2/3', the minute",
    "L * * * *": "there is no number in 'L', the minute",
    "\N{ARABIC-INDIC DIGIT THREE} * * * *": (
        "there is no number in '\N{ARABIC-INDIC DIGIT THREE}', the minute"
    ),
    "@Hourly": "there is no '@Hourly', is @hourly meant?",
    "@every soon": "'soon' is no length of time such as 1h30m",
}


@pytest.mark.parametrize("text", GOOD)
def test_a_schedule_that_the_server_reads(text: str) -> None:
    assert schedule_objection(text) == ""


@pytest.mark.parametrize("text", BAD)
def test_a_schedule_that_it_does_not_read(text: str) -> None:
    assert schedule_objection(text) == BAD[text]


def test_the_lengths_of_time() -> None:
    good = ["0", "+0", "1h", "-1.5h", ".5s", "5.s", "1h2m3s4ms5us6\N{MICRO SIGN}s7ns"]
    good += ["2562047h", "9223372036854775807ns", "-9223372036854775808ns"]
    bad = ["", "-", "1", "h", ".s", "1d", "1 h", "1h ", "2562048h", "9223372036854775808ns"]
    assert [text for text in [*good, *bad] if is_duration(text)] == good


def test_lists_of_indexes() -> None:
    found = {text: number_of_indexes(text, 5) for text in ("", "0", "0,2-4", "+1", "0-0", "1,1")}
    assert found == {"": 0, "0": 1, "0,2-4": 4, "+1": 1, "0-0": None, "1,1": None}
    wrong = ("5", "3-5", "2-1", "1-2-3", "-1", "a", "0,", " 1", "9" * 5000)
    assert [number_of_indexes(text, 5) for text in wrong] == [None] * len(wrong)


def test_time_zones_are_names_with_and_without_regions() -> None:
    some = {"UTC", "Etc/GMT+12", "Europe/Berlin", "America/Argentina/Buenos_Aires", "US/Pacific"}
    assert some <= TIME_ZONES
    assert not {"", "Europe", "Local", "Argentina/Buenos_Aires"} & TIME_ZONES
