"""What a node may be."""

import pytest
from pydantic import ValidationError

from bot.core.flow import Node


def test_a_picture_belongs_to_a_text_that_she_reads() -> None:
    assert Node.model_validate({"say": "Shout their name.", "image": "wake"}).image == "wake"


@pytest.mark.parametrize(
    ("node", "said"),
    [
        ({"image": "wake", "go": "call"}, "she would not see this picture"),
        ({"image": "wake", "do": "exit", "go": "gone"}, "she would not see this picture"),
        ({"image": "wake", "say": "Wait.", "go": "call"}, "she would not see this text"),
        ({"image": "wake"}, "add `say:`"),
        ({"image": "wake", "choices": {"Go on": "call"}}, "add `say:`"),
    ],
)
def test_a_picture_where_nothing_is_said_is_refused_with_what_to_do(node: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Node.model_validate(node)


@pytest.mark.parametrize("node", [{"say": "Which city?", "ask": "place", "go": "call"}, {"go": "call"}])
def test_nothing_is_unsent_where_she_is_asked_or_nothing_is_shown(node: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="`unsent` is for a node where she only chooses"):
        Node.model_validate({**node, "unsent": True})
