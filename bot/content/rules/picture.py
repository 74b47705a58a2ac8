"""Rules about pictures: each that is named can be seen and read aloud. Her words never wait for one."""

from collections.abc import Iterator

from bot.content.finding import Finding, Level, nearest
from bot.content.library import Content
from bot.content.picture import PICTURES_FILE, fault, picture_file
from bot.content.rules.flow import nodes


def unknown_picture(content: Content) -> Iterator[Finding]:
    """Protect who cannot read from a screen that lost its picture to a spelling."""
    if PICTURES_FILE in content.broken:
        return
    for at, node in nodes(content):
        if node.image and node.image not in content.pictures:
            message = (
                f"{node.image!r} is no picture; {nearest(node.image, content.pictures, f'add it to {PICTURES_FILE}')}"
            )
            yield content.in_flow(at.flow, ("nodes", at.node, "image"), message, level=Level.GAP)


def unused_picture(content: Content) -> Iterator[Finding]:
    """Protect translators from work on a picture that is never shown."""
    if content.broken or not content.flows:
        return
    shown = {node.image for _, node in nodes(content)}
    for name in content.pictures:
        if name not in shown:
            message = f"no node shows {name!r}; write image: {name} where it belongs, or remove it here"
            yield content.at(PICTURES_FILE, ("pictures", name), message, level=Level.WARNING)


def lost_picture(content: Content) -> Iterator[Finding]:
    """Protect her from a picture that is promised and not there."""
    for name in content.pictures.keys() - content.drawings.keys():
        message = f"{picture_file(name)} is missing; put the file there, or remove this line"
        yield content.at(PICTURES_FILE, ("pictures", name), message, level=Level.GAP)


def bad_picture(content: Content) -> Iterator[Finding]:
    """Protect her data and her patience: a picture is one that every phone shows, and small."""
    for name, data in content.drawings.items():
        if message := fault(data):
            yield Finding(picture_file(name), 1, 1, message, Level.GAP)


def wordless_picture(content: Content) -> Iterator[Finding]:
    """Protect who cannot see: a picture without words is not shown."""
    if PICTURES_FILE in content.broken:
        return
    for name in content.drawings.keys() - content.pictures.keys():
        message = f"nothing says what is on this picture; add {name!r} to {PICTURES_FILE}, or remove the file"
        yield Finding(picture_file(name), 1, 1, message, Level.WARNING)
