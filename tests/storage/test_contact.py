import orjson
from hypothesis import given

from bot.core.contact import Contact
from tests.storage.example import contacts


@given(contacts)
def test_a_contact_comes_back_from_the_store_as_it_went_in(contact: Contact) -> None:
    assert Contact.from_dict(orjson.loads(orjson.dumps(contact.to_dict()))) == contact


@given(contacts)
def test_whoever_is_kept_has_an_hour_when_the_next_part_goes(contact: Contact) -> None:
    assert bool(contact) == (contact.purge_hour() is not None)
