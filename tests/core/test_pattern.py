"""Marks in keywords: what each stands for."""

import pytest

from bot.core import pattern


def stands_for(phrase: str, shorthand: dict[str, str] | None = None) -> set[str]:
    return {" ".join("/".join(sorted(place)) for place in places) for places in pattern.read(phrase, shorthand or {})}


def test_plain_words_stand_for_themselves_without_case_and_accents() -> None:
    assert stands_for("Não respira!") == {"nao respira"}


def test_a_slash_stands_between_words_of_which_any_will_do() -> None:
    assert stands_for("hit/hits me") == {"hit/hits me"}


def test_a_hyphen_joins_what_stands_on_one_side_of_a_slash() -> None:
    assert stands_for("alone/on-my-own") == {"alone", "on my own"}


def test_a_star_stands_for_any_ending_of_the_last_word() -> None:
    assert stands_for("strangl* me") == {"strangl* me"}
    assert stands_for("self-harm*") == {"self harm*"}


def test_a_portuguese_pronoun_stands_before_behind_and_inside() -> None:
    assert stands_for("bate/bateu-me") == {"bate/bateu me", "me bate/bateu", "bateme/bateume"}
    assert stands_for("viol*-me") == {"viol* me", "me viol*"}


def test_a_pronoun_inside_a_choice_hangs_on_that_verb_alone() -> None:
    assert stands_for("banho/lavar-me/duche") == {"banho/duche", "lavar me", "me lavar", "lavarme"}


def test_a_pronoun_is_none_in_a_word_that_only_ends_like_one() -> None:
    assert stands_for("drop-in") == {"drop in"}


@pytest.mark.parametrize("phrase", ["<who> is blue", "cant .. wake"])
def test_groups_and_gaps_are_kept_as_they_are(phrase: str) -> None:
    assert stands_for(phrase) == {phrase}


def test_what_is_written_for_short_is_written_out() -> None:
    assert stands_for("isnt breathing", {"isnt": "is not"}) == {"is not breathing"}
    assert stands_for("cant/never wake", {"cant": "can not"}) == {"can not wake", "never wake"}


def test_the_mark_of_a_whole_message_is_no_word() -> None:
    assert stands_for("=he is here") == {"he is here"}


def test_nothing_stands_for_nothing() -> None:
    assert stands_for("?!") == stands_for("") == set()


def test_the_groups_that_a_keyword_asks_for_are_named() -> None:
    assert pattern.groups_in("<partner> .. <act> .. me") == ["partner", "act"]
