"""A short run of `tests.endurance`, and that it notices what is planted; more is run by hand."""

from tests.endurance import mutants
from tests.endurance.play import play


def test_a_short_run_ends_equal_to_the_service():
    result = play(5, 300, measure=False)
    assert not result.wrong, result
    assert result.facts["requests"] > 500


def test_it_notices_what_is_planted():
    played, wrong = mutants.notice("an edit that is called saved", 150)
    assert wrong, played
