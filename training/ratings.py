"""Which moods the mean of several people's ratings stands for."""

from statistics import NormalDist

CUT = 0.5
"""Neutral is what is rated between minus this and this, from -4 to 4."""
DOUBT = 0.4
"""How far the mean of as many others may be from theirs: a standard deviation."""
LEAST = 0.05
"""Less of a mood is not learned from."""


def shares(rating: float) -> dict[str, float]:
    """How likely each mood is, were others asked: near a cut it is some of both."""
    others = NormalDist(rating, DOUBT)
    below, above = others.cdf(-CUT), 1 - others.cdf(CUT)
    found = {"negative": below, "neutral": 1 - below - above, "positive": above}
    return {name: share for name, share in found.items() if share >= LEAST}
