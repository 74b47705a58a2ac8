"""The parts of the fake Bot API server: the wire, the rules, the judge."""
