"""Where keywords stand in what she typed: in order, over fillers and gaps, never over a no."""

from bot.core import vocabulary
from bot.core.speech import normalise
from bot.core.tongue import Habits, Sense, Tongue, Urgency

HABITS = Habits(
    negations=frozenset({"not", "didnt"}),
    fillers=frozenset({"the", "so", "my"}),
    shorthand={"isnt": "is not", "shes": "she is"},
    groups={"who": frozenset({"she", "friend"})},
)
CRIES = ("he hit me", "lips are blue", "<who> is blue", "cant .. wake", "is not breathing")
WISHES = ("clean gear", "test .. pills", "=wake")


def tongue(*more: str) -> Tongue:
    make = vocabulary.keywords
    return Tongue(
        (
            *make(CRIES, Sense.FLOW, "danger", urgency=Urgency.DANGER, shorthand=HABITS.shorthand),
            *make((*WISHES, *more), Sense.NEED, "wish", shorthand=HABITS.shorthand),
        ),
        HABITS,
    )


def found(text: str) -> list[str]:
    return sorted({match.keyword.target for match in tongue().find(normalise(text).split())})


def test_all_words_of_a_keyword_must_follow_each_other() -> None:
    assert found("i want clean gear now") == ["wish"]
    assert found("gear that is clean") == []


def test_a_filler_may_stand_inside_any_keyword() -> None:
    assert found("clean the gear") == ["wish"]
    assert found("clean old gear") == []


def test_one_word_may_stand_inside_a_cry_for_help_unless_it_turns_it_round() -> None:
    assert found("he really hit me") == ["danger"]
    assert found("her lips are terribly awfully blue") == []
    assert found("he didnt hit me") == found("her lips are not blue") == []


def test_a_gap_holds_a_few_words_and_no_negation() -> None:
    assert found("i cant for the life of her wake anybody") == ["danger"]
    assert found("test two of my many pills") == ["wish"]
    assert found("test one two three four five pills") == []
    assert found("test not your pills") == []


def test_a_group_stands_for_each_of_its_words() -> None:
    assert found("my friend is so blue") == found("shes blue") == ["danger"]
    assert found("the sky is blue") == []


def test_what_is_written_for_short_means_the_same_in_a_keyword_and_in_a_message() -> None:
    assert found("she isnt breathing") == found("she is not breathing") == ["danger"]


def test_a_keyword_for_a_whole_message_wants_nothing_else_beside_it() -> None:
    assert found("wake") == ["wish"]
    assert found("wake up") == []


def test_the_longer_keyword_weighs_more_and_a_named_danger_most() -> None:
    matches = tongue("clean gear please").find(["clean", "gear", "please", "he", "hit", "me"])
    ranked = sorted(matches, key=lambda match: match.weight, reverse=True)
    assert [(match.keyword.target, match.words) for match in ranked] == [("danger", 3), ("wish", 3), ("wish", 2)]


def test_a_match_names_the_typed_words_that_it_took() -> None:
    (match,) = tongue().find(["oh", "shes", "so", "blue"])
    assert (match.start, match.end) == (1, 3)


def test_a_message_of_fillers_alone_takes_no_time_and_finds_nothing() -> None:
    assert found("the so my " * 20) == []
