# The site behind a digest's link.

skip = To the content
pages = Pages
all-digests = All digests
no-digests = There is none yet.
no-such-digest = There is no such digest, or not any more.
head-period = Period
head-said = Said
head-unusual-days = Unusual
head-decisions = To decide
items-title = { $name } · { $title }
items-told = { $number ->
    [0] Nothing was counted.
    [one] One was counted; shown is what still stands.
   *[other] { $number } were counted; shown is what still stands.
}
back = Back to the digest
older = Older ones
nothing-there = Nothing of it is there (any more).
no-words = (no words are kept of it)
search = Search
search-label = Words that were said in the last ninety days
search-button = Search
search-found = { $number ->
    [0] Nothing was found.
    [one] One was found.
    [50] The newest 50 are shown.
   *[other] { $number } were found.
}
settled-since = does not wait any more
head-opened = Opened
head-state = State
cases-title = Cases · { $title }
cases-caption = Opened in the period, as they are now
state-open = open
state-claimed = taken
state-snoozed = put off
state-decided = decided
