"""What crosses the inbound queues arrives as it left."""

import json
from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.envelope import Envelope, Pipeline
from tests.platforms.deliveries import delivery
from tests.webhooks.cloud import UNSENDABLE

text = st.text(st.characters(), max_size=60)  # Lone surrogates, NUL and non-characters included.
envelopes = st.builds(
    Envelope,
    source=text,
    community=text,
    platform=text,
    pipeline=st.sampled_from(get_args(Pipeline)),
    event=text,
    delivery=text,
    received_at=text,
    body=st.binary(max_size=300),
    headers=st.dictionaries(text, text, max_size=3),
    reason=text,
)


@given(envelopes)
def test_an_envelope_comes_back_as_it_was(envelope: Envelope) -> None:
    again = Envelope.from_json(envelope.to_json())
    assert again == envelope
    assert again.id == envelope.id


@given(envelopes)
def test_a_queue_takes_it_whatever_is_inside(envelope: Envelope) -> None:
    written = envelope.to_json()
    assert written.isascii()
    assert not UNSENDABLE.search(written)


@given(envelopes, envelopes)
def test_every_attempt_of_one_delivery_has_one_id(first: Envelope, other: Envelope) -> None:
    again = replace(other, source=first.source, delivery=first.delivery)
    assert again.id == first.id
    assert len(first.id) == 32
    assert (first.id == other.id) == ((first.source, first.delivery) == (other.source, other.delivery))


@given(envelopes, text)
def test_parking_changes_nothing_but_the_reason(envelope: Envelope, reason: str) -> None:
    parked = envelope.parked(reason)
    assert (parked.id, parked.reason) == (envelope.id, reason)
    assert replace(parked, reason=envelope.reason) == envelope


def test_a_newer_version_s_fields_are_passed_over_and_a_missing_one_has_its_default() -> None:
    sealed = delivery("standard_webhooks", "flag.raised")
    given = {**json.loads(sealed.to_json()), "colour": "blue"}
    del given["reason"]
    assert Envelope.from_json(json.dumps(given)) == sealed


@pytest.mark.parametrize("broken", ["", "{", "[]", "null", "1", "{}", '{"body": 1}', '{"body": "é"}', '{"body": "a"}'])
def test_what_is_no_envelope_says_so(broken: str) -> None:
    with pytest.raises(ValueError, match="not an envelope"):
        Envelope.from_json(broken)


@pytest.mark.parametrize("missing", ["source", "community", "pipeline", "event", "delivery", "received_at", "body"])
def test_an_envelope_without_a_field_says_so(missing: str) -> None:
    given = json.loads(delivery("standard_webhooks", "flag.raised").to_json())
    del given[missing]
    with pytest.raises(ValueError, match=missing):
        Envelope.from_json(json.dumps(given))
