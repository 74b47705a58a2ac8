"""Rules about the way through the flows: every place that is named exists, and every step goes on."""

from collections.abc import Iterator, Mapping

from bot.content.document import Path_
from bot.content.finding import Finding, nearest
from bot.content.library import Content, flow_file
from bot.core.contact import Position
from bot.core.flow import Node, place
from bot.core.library import GREETINGS, LANDMARKS
from bot.core.rooms import LANDMARKS as OF_ROOMS

START = "start"


def nodes(content: Content) -> Iterator[tuple[Position, Node]]:
    """Name every node of every flow that has a meaning."""
    for name, flow in content.flows.items():
        for node_name, node in flow.nodes.items():
            yield Position(name, node_name), node


def targets(content: Content) -> Iterator[tuple[str, Path_, str]]:
    """Name every target as it is written: its flow, its place and its text."""
    for at, node in nodes(content):
        path: Path_ = ("nodes", at.node)
        for label, option in node.choices.items():
            yield at.flow, (*path, "choices", label, "go"), option.go
        for target in node.after.values():
            yield at.flow, (*path, "after"), target
        for subject, cases in node.switch.items():
            for case, target in cases.items():
                yield at.flow, (*path, "switch", subject, case), target
        for key, goes in (("go", node.go), ("empty", node.empty)):
            if goes:
                yield at.flow, (*path, key), goes


def empty_folder(content: Content) -> Iterator[Finding]:
    """Protect from a bot that has nothing to say because the wrong folder was named."""
    if not content.flows and not content.broken.intersection(map(flow_file, _flow_stems(content))):
        yield Finding("flows", 1, 1, "there is no flow in this folder; put the flows here, one .yaml file each")


def _flow_stems(content: Content) -> set[str]:
    return {path.stem for path in (content.folder / "flows").glob("*.yaml")}


def dead_target(content: Content) -> Iterator[Finding]:
    """Protect her from a button that leads nowhere."""
    flows = content.flows
    for flow, path, target in targets(content):
        to, node = place(target, flow, flows)
        # A flow without its `start` says so itself: see `lost_start`.
        if flow_file(to) in content.broken or (to in flows and node in {START, *flows[to].nodes}):
            continue
        here = [*flows[flow].nodes, *flows]
        there = [f"{name}.{each}" for name, other in flows.items() for each in other.nodes]
        wrong = nearest(target, here if "." not in target else there, "write a node of this flow, a flow, or flow.node")
        yield content.in_flow(flow, path, f"{target!r} leads nowhere; {wrong}")


def lost_start(content: Content) -> Iterator[Finding]:
    """Protect the way in: a flow opens at its node `start`."""
    for name, flow in content.flows.items():
        if START not in flow.nodes:
            yield content.in_flow(
                name, ("nodes",), "no node is called 'start'; call the first node of the flow 'start'"
            )


def lost_landmark(content: Content) -> Iterator[Finding]:
    """Protect the places that the program goes to by itself, such as the menu and the last screen."""
    flows = content.flows
    # Content without groups needs no flow about them; one that is there is whole.
    rooms = (landmark for landmark in OF_ROOMS if landmark.flow in flows)
    for landmark in (*LANDMARKS, *dict.fromkeys(rooms)):
        if not flows or flow_file(landmark.flow) in content.broken:
            continue
        name = f"{landmark.flow}.{landmark.node}"
        if landmark.flow not in flows:
            message = f"this flow is missing, and the program goes to {name!r} by itself; bring the file back"
            yield Finding(flow_file(landmark.flow), 1, 1, message)
        elif landmark.node not in flows[landmark.flow].nodes and landmark.node != START:
            message = f"the node {landmark.node!r} is missing, and the program goes there by itself; bring it back"
            yield content.in_flow(landmark.flow, ("nodes",), message)


def unreachable_node(content: Content) -> Iterator[Finding]:
    """Protect the work of peers: a text that nobody can ever come to helps nobody."""
    if content.broken:
        return
    flows = content.flows
    known = dict(nodes(content))
    leads: dict[Position, set[Position]] = {}
    for at, node in known.items():
        leads[at] = {Position(*place(target, at.flow, flows)) for target in node.targets()}
    spoken = {Position(*place(target, "", flows)) for name, flow in flows.items() for target, *_ in flow.spoken(name)}
    reached = _reached(leads, {*LANDMARKS, *GREETINGS.values(), *OF_ROOMS, *spoken})
    for at in known:
        if at not in reached and START in flows[at.flow].nodes:
            message = f"nothing leads to {at.node!r}; lead a choice here, or remove the node"
            yield content.in_flow(at.flow, ("nodes", at.node), message)


def _reached(leads: Mapping[Position, set[Position]], roots: set[Position]) -> set[Position]:
    """Return every place that can be come to from `roots`, themselves included."""
    reached: set[Position] = set()
    waiting = list(roots)
    while waiting:
        at = waiting.pop()
        if at not in reached:
            reached.add(at)
            waiting.extend(leads.get(at, ()))
    return reached


def passing_circle(content: Content) -> Iterator[Finding]:
    """Protect her from a step that never ends: nodes that only go on must come to one that waits."""
    flows = content.flows
    leads = {at: {Position(*place(target, at.flow, flows)) for target in _passes(node)} for at, node in nodes(content)}
    onward = {at: _reached(leads, next_ones) for at, next_ones in leads.items()}
    told: set[Position] = set()
    for at in leads:
        circle = {each for each in onward[at] if at in onward.get(each, ())}
        if at in circle and at not in told:
            told |= circle
            names = ", ".join(sorted(f"{each.flow}.{each.node}" for each in circle))
            message = f"goes round without ever waiting for her ({names}); let one of these nodes say something"
            yield content.in_flow(at.flow, ("nodes", at.node), message)


def _passes(node: Node) -> Iterator[str]:
    """Name the targets that a step may go on to by itself."""
    if node.is_passing:
        yield from node.targets()
    elif node.list and node.empty:
        yield node.empty
