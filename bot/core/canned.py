"""Ready answers as data: what somebody who answers sends with one press, said in the language of who reads it."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from bot.core.directory import Entry
from bot.core.flow import Name, Text


class Ready(Entry):
    """One answer: what is on its button, and what she reads."""

    label: Annotated[Text, Field(max_length=60)]
    text: Text


class ReadyAnswers(Entry):
    """`canned.yaml`: all of them, by id."""

    spec: Literal[1]
    reviewed: date
    answers: dict[Name, Ready]
