"""What a model makes of a text."""

from collections.abc import Mapping
from typing import NamedTuple


class Label(NamedTuple):
    """One answer about one text: its name (`bug`, `negative`, `fr`, a theme's id), the probability of every answer that
    was possible, the words that decided, the one that weighed most first, and the model that was asked (`kind-1`;
    empty where a rule answered)."""

    name: str
    scores: Mapping[str, float]
    because: tuple[str, ...] = ()
    model: str = ""
