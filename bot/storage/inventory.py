"""What stands in each column and what protects it: the list to read when someone asks what is kept."""

PROTECTION = {
    "contact.key": "hmac",
    "contact.sealed": "sealed",
    "contact.due_at": "due",
    "contact.purge_at": "coarse",
    "reply.key": "hmac",
    "reply.sealed": "sealed",
    "count.week": "coarse",
    "count.kind": "plain word",
    "count.n": "plain count",
    "meta.name": "plain word",
    "meta.value": "hmac",
}
"""`hmac`: a keyed pseudonym or check value. `sealed`: noise without the key. `due`: when a timer that she asked for
runs out, in seconds. `coarse`: an hour or a week. `plain word`: one of the program's own words. `plain count`: how many
in a week, without who."""
