"""How often the alarm is false, and what it finds: `training/alarms.py DATA [ROUNDS]`. Standard library only.

Surrogates are drawn from a negative binomial with each real series' own smooth level, weekday factors and dispersion:
nothing bursts in them, so each episode is false. Into copies of their days three times as much is put. Then the real
series, with the bursts that are known, and some stories of what goes on in communities where nothing bursts.
"""

import json
import math
import random
import statistics
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
from functions.feedback.episodes import BACK, GAP
from functions.feedback.unusual import LEAST, Usual, threshold, usual

Series = Sequence[int | None]
DAY = timedelta(days=1)
AROUND = 28
LARGE = 300
"""Posts that a topic needs to be looked at."""
ALARM = threshold(1.0)
KNOWN = (date(2019, 5, 3), date(2022, 1, 13))
"""Firefox: an expired certificate ended all add-ons; it hung for two hours."""


def read(data: Path) -> dict[tuple[str, str], tuple[date, list[int | None]]]:
    """The total and the larger topics of each product, from their first day on."""
    rows = [json.loads(line) for line in (data / "forum_daily_counts.jsonl").read_text().splitlines()]
    found = {}
    for product in sorted({row["product"] for row in rows}):
        own = {date.fromisoformat(row["date"]): row for row in rows if row["product"] == product}
        first = min(own)
        days = [first + DAY * number for number in range((max(own) - first).days + 1)]
        found[product, "total"] = first, [own[day]["posts"] if day in own else None for day in days]
        topics = Counter({name: 0 for row in own.values() for name in row["topics"]})
        for row in own.values():
            topics.update(row["topics"])
        for name, number in topics.items():
            if number >= LARGE:
                found[product, name] = first, [own[day]["topics"].get(name, 0) if day in own else None for day in days]
    return found


def judged(series: Series) -> Iterator[tuple[int, int, Usual]]:
    """Each day of a series that can be judged: its place, its count, and what was expected."""
    begun = next((place for place, number in enumerate(series) if number), len(series))
    for place in range(begun, len(series)):
        number = series[place]
        expected = usual(series[max(begun, place - BACK.days) : place])
        if number is not None and expected:
            yield place, number, expected


def alarm(number: int, expected: Usual) -> bool:
    return number >= LEAST and expected.chance(number, "more") < ALARM


def episodes(places: Sequence[int]) -> list[list[int]]:
    found: list[list[int]] = []
    for place in places:
        if found and place - found[-1][-1] <= GAP.days:
            found[-1].append(place)
        else:
            found.append([place])
    return found


def alarmed_of(series: Series) -> list[list[int]]:
    return episodes([place for place, number, expected in judged(series) if alarm(number, expected)])


def model(series: Series) -> tuple[list[float | None], float]:
    """The mean of each day, smooth and by weekday, and the dispersion around it; old bursts cut off."""
    level: list[float | None] = []
    for place, number in enumerate(series):
        near = sorted(one for one in series[max(0, place - AROUND) : place + AROUND + 1] if one is not None)
        most = 1.5 * near[int(0.9 * len(near))] + 3 if near else 0
        level.append(None if number is None else max(statistics.mean(min(one, most) for one in near), 0.01))
    known = [
        (place, one, at) for place, (one, at) in enumerate(zip(series, level, strict=True)) if at and one is not None
    ]
    worth = []
    for weekday in range(7):
        of = [(min(one, 2.2 * at + 3), at) for place, one, at in known if place % 7 == weekday]
        worth.append(sum(one for one, _ in of) / sum(at for _, at in of))
    means = [at * worth[place % 7] if at else None for place, at in enumerate(level)]
    squares = [(min(one, 2.2 * mean + 3) - mean) ** 2 / mean for place, one, _ in known if (mean := means[place])]
    return means, max(sum(squares) / (len(squares) - 10), 1.001)


def drawn(chance: random.Random, mean: float, phi: float) -> int:
    rate = chance.gammavariate(mean / (phi - 1), phi - 1)
    if rate > 60:
        return max(round(chance.gauss(rate, math.sqrt(rate))), 0)
    count, left = 0, math.exp(-rate)
    at, sought = left, chance.random()
    while sought > at and count < 10_000:
        count += 1
        left *= rate / count
        at += left
    return count


def surrogates(series: Series, chance: random.Random, rounds: int) -> list[tuple[int, float, int, int, int]]:
    """Of each round: false episodes, years, and of the days into which three times as much was put (as much as chance
    gives of three times the mean; three times what there was) how many were found, twice."""
    means, phi = model(series)
    found = []
    for _ in range(rounds):
        made = [None if mean is None else drawn(chance, mean, phi) for mean in means]
        days = list(judged(made))
        false = episodes([place for place, number, expected in days if alarm(number, expected)])
        tried = [one for one in days if one[0] % 9 == 0 and one[0] > 60]
        fresh = sum(alarm(drawn(chance, 3 * (means[place] or 0), phi), expected) for place, _, expected in tried)
        times = sum(alarm(3 * number, expected) for _, number, expected in tried)
        found.append((len(false), len(days) / 365, fresh, times, len(tried)))
    return found


def figure(each: Sequence[float]) -> str:
    error = statistics.stdev(each) / len(each) ** 0.5 if len(each) > 1 else 0.0
    return f"{statistics.mean(each):.2f} ± {error:.2f}"


STORIES: dict[str, Callable[[int], float]] = {
    "fifty a day": lambda _: 50,
    "one in two days": lambda _: 0.5,
    "growing 2 % a week": lambda day: 20 * 1.02 ** (day / 7),
    "growing 5 % a week": lambda day: 5 * 1.05 ** (day / 7),
    "half as much for two weeks of holidays": lambda day: 25 if 200 <= day < 214 else 50,
    "hardly any at weekends": lambda day: 0.3 if day % 7 > 4 else 30,
    "a community that begins": lambda day: 60 * (1 - math.exp(-day / 60)),
    "up and down by a third in half a year": lambda day: 50 * (1 + 0.3 * math.sin(day / 29)),
    "twice as much from one day on": lambda day: 30 if day < 200 else 60,
    "asleep for five months": lambda day: 0 if 100 <= day < 250 else 10,
}


def main(data: Path, rounds: int) -> None:
    chance = random.Random(1)
    whole: list[float] = []
    topics: list[float] = []
    fresh: list[float] = []
    times: list[float] = []
    every = read(data)
    for (product, name), (_, series) in every.items():
        # A topic's false alarms are few: one round of each tells as much as several of one.
        found = surrogates(series, chance, rounds if name == "total" else max(rounds // 4, 1))
        (whole if name == "total" else topics).extend(false / years for false, years, *_ in found)
        if name == "total":
            fresh += [100 * hit / tried for *_, hit, _, tried in found]
            times += [100 * hit / tried for *_, hit, tried in found]
            print(f"{product}: dispersion {model(series)[1]:.2f}")
    print(f"false episodes a year: totals {figure(whole)}, topics {figure(topics)}")
    print(f"found, in %: three times the mean {figure(fresh)}, three times what there was {figure(times)} (totals)")
    for (product, name), (first, series) in every.items():
        real = alarmed_of(series)
        if name == "total":
            days = [(str(first + DAY * one[0]), len(one)) for one in real]
            print(f"{product}, real: {len(real)} episodes {days}")
            alarmed = {first + DAY * place for one in real for place in one}
            if product == "firefox":
                print("known bursts found:", [str(day) for day in KNOWN if day in alarmed])
    for what, mean in STORIES.items():
        each = []
        for _ in range(max(rounds // 2, 1)):
            made = [drawn(chance, mean(day), 1.01 + 0.03 * mean(day)) if mean(day) else 0 for day in range(400)]
            each.append(len(alarmed_of(made)) / (379 / 365))
        print(f"{what:40} {figure(each)} episodes a year")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 16)
