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
head-opened = Opened
head-state = State
cases-title = Cases · { $title }
cases-caption = Opened in the period, as they are now
state-open = open
state-claimed = taken
state-snoozed = put off
state-decided = decided
digest-closed = This link is not good, or not any more: it ends after fourteen days. Your next digest brings a new one.

# The page on which mails are ended.

stop-title = Mails from { $community }
stop-on = You get digests and urgent news of { $community } by mail.
stop-ended = You get no more mail from { $community }, since { $day }.
stop-barred = No mail goes to your address: one came back, or was called unwanted. Whoever sends you these mails can begin them again.
stop-still = Your digest’s page is there all the same, and what is shown in chat.
stop-end = Send me no more mail
stop-resume = Send me mail again
stop-closed = This link is not good, or not any more. Whoever sends you these mails can end them.
