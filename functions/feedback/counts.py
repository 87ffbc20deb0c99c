"""The negative binomial: counts that vary more than chance alone. Without I/O, by its own recursion."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

NEGLIGIBLE = 1e-12
FAR = 12
"""Standard deviations, beyond which nothing is."""


@dataclass(frozen=True, slots=True)
class NegativeBinomial:
    """By its mean (above nought) and variance; with a variance that is no larger than the mean it is a Poisson's."""

    mean: float
    variance: float

    @property
    def phi(self) -> float:
        return max(self.variance / self.mean, 1.0001)

    def at(self, count: int) -> float:
        """The chance of exactly so many."""
        phi, size = self.phi, self.mean / (self.phi - 1)
        ways = math.lgamma(count + size) - math.lgamma(size) - math.lgamma(count + 1)
        return math.exp(ways - size * math.log(phi) + count * math.log1p(-1 / phi))

    def upwards(self, count: int) -> Iterator[float]:
        """The chances of so many, of one more, and so on until they are nothing beside what was given."""
        chance, size, more, given = self.at(count), self.mean / (self.phi - 1), 1 - 1 / self.phi, 0.0
        while chance > NEGLIGIBLE * given or count <= self.mean:
            yield chance
            given += chance
            chance *= (count + size) / (count + 1) * more
            count += 1

    def downwards(self, count: int) -> Iterator[float]:
        """The chances of so many, of one less, and so on."""
        chance, size, more, given = self.at(count), self.mean / (self.phi - 1), 1 - 1 / self.phi, 0.0
        while count > 0 and chance > NEGLIGIBLE * given:
            yield chance
            given += chance
            chance *= count / ((count - 1 + size) * more)
            count -= 1
        yield chance

    def at_least(self, count: int) -> float:
        """Summed from the tail itself, which is far smaller than one less the rest could tell."""
        return sum(self.upwards(count)) if count > self.mean else 1 - self.at_most(count - 1)

    def at_most(self, count: int) -> float:
        if count < 0:
            return 0.0
        return sum(self.downwards(count)) if count <= self.mean else 1 - self.at_least(count + 1)

    def quantile(self, share: float) -> int:
        """The smallest count that so large a share is at most."""
        count = max(int(self.mean - FAR * math.sqrt(self.variance)), 0)
        summed = self.at_most(count)
        for chance in self.upwards(count + 1):
            if summed >= share:
                break
            summed += chance
            count += 1
        return count
