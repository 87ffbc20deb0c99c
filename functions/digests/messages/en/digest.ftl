# The digest itself: its titles, sentences and tables. What stands in braces is put in; numbers choose the plural.

title-daily = { $community }: { $day }
title-weekly = { $community }: the week of { $days }
title-monthly = { $community }: { $month }
audience = For { $reader }, in { $zone } time.

## Subject, at most 60 characters

subject = { $community }: { $facts }
fact-decisions = { $more ->
    [true] at least { $number } to decide
   *[false] { $number ->
        [0] nothing to decide
       *[other] { $number } to decide
    }
}
fact-unusual = { $number } unusual
fact-more = more { $name }
fact-less = less { $name }
fact-said = { $number } said

## Status: only what was tested

status-more = More than usual: { $names }.
status-less = Less than usual: { $names }.
status-slower = Replies came later than in the period before.
status-faster = Replies came sooner than in the period before.
status-else = Nothing else that is told here has clearly changed.
status-partial = Not all of the log could be read in time: of who spoke, of replies and of quotes some may be missing.
and-others = { $number ->
    [one] one more
   *[other] { $number } more
}
status-unclear = No clear change.
status-few = Too few to say whether anything has changed.
status-young = There is no history yet to hold it against.
status-running = This period is not over, so it is held against nothing yet.
status-not-asked = Only what was asked for is told.

## What needs a decision

decisions = Needs your decision ({ $number })
decisions-caption = What is due first, then what has waited longest
settled = { $number ->
    [one] One that stood here does not wait any more.
   *[other] { $number } that stood here do not wait any more.
}
nothing-waits = Nothing waits.
nothing-waits-so-far = Nothing waits in what was looked through.
at-least = at least { $number }
late = late by { $time }
due-in = { $time } left
more-on-page = { $number ->
    [one] One more is on the page.
   *[other] { $number } more are on the page.
}

waits-case = Case
waits-appeal = Appeal
waits-announcement = Announcement to approve
waits-missed = Missed announcement
waits-series = Series to approve
waits-answer = Answer to approve
waits-merge = Perhaps the same
waits-delivery = Delivery
waits-parked = { $number ->
    [one] Parked event
   *[other] Parked events ({ $number })
}
waits-connection = Connection
waits-fetching = Fetching
waits-paused = Paused target
waits-hold = All on hold
waits-alert = { $number ->
    [one] Alert
   *[other] Alerts ({ $number })
}
waits-answers = { $number ->
    [one] Waits for an answer
   *[other] Wait for an answer ({ $number })
}

## Heads of tables

head-what = What
head-about = About
head-waiting = Waiting
head-unusual = How much
head-before-it = Before it
head-source = Source
head-theme = Theme
head-kind = Kind
head-people = People
head-count = Number
head-usual = Usual
head-before-daily = A week before
head-before-weekly = The week before
head-before-monthly = The month before
head-median = Median of four
head-change = Change
head-day = Day
head-mood = Mood
head-share = Share
head-cases = Cases
head-reason = Reason
head-person = Who
head-decided = Decided
head-announcement = Announcement
head-place = Place
head-likes = Likes
head-shares = Shares
head-replies = Replies
head-views = Views
head-feedback = Said in answer
head-when = When
head-title = Title

## What was said

unusual = Unusual ({ $number })
unusual-caption = Counts of the day that is farthest out, as they are now
episode = { $count } on { $day }, usually { $usual }{ $days ->
    [one] {""}
   *[other] ; { $direction ->
        [more] more
       *[fewer] fewer
    } than usual for { $days } days
}
cause = { $what ->
    [release] release
    [announcement] announcement
    [event] event
    [alert] alert
   *[note] note
} “{ $title }”
no-cause = Nothing is known that happened before it.

volume = How much was said
volume-caption = Topics, posts and comments, by source
days-caption = The same by day: the numbers of the picture
people = { $number ->
    [one] One person spoke.
   *[other] { $number } people spoke.
}
all = All
not-counted = not counted
no-history = none yet
people-unknown = not known

topics = What it was about
themes-caption = Themes, those of the most people first; one thing said may be about several
kinds-caption = Kinds, as small models read them
within = within { $time }
rising = { $cadence ->
    [daily] Said more of than on that weekday a week before
   *[other] Said more of than in the period before
}{ $number ->
    [one] {""}
   *[other] , the surest first
}: { $names }.
shares = { $number ->
    [one] Of one text that could be read { $shares }, corrected for what is mistaken.
   *[other] Of { $number } texts that could be read { $shares }, corrected for what is mistaken.
}
share = { $range } were { $name }
too-few-texts = { $number ->
    [one] Too few to say which part was what: one text could be read, and thirty are needed.
   *[other] Too few to say which part was what: { $number } texts could be read, and thirty are needed.
}
quotes-of = { $name }: in people’s own words
quote-typical = Typical
quote-newest = The newest
quote-dissenting = Of another mood
said-at = { $place }, { $at }

mood = Mood
mood-changed = The share of a mood has clearly changed.
mood-caption = Shares, corrected for what is mistaken, each with the range it is in nine times of ten

replies = Replies
asked = { $asked ->
    [one] One question or thread asked for a reply;
   *[other] { $asked } questions and threads asked for a reply;
} { $unanswered ->
    [0] none waits any more.
    [one] one still has none.
   *[other] { $unanswered } still have none.
}
in-time = Within 24 hours: { $share } (range { $range }).
in-time-few = Within 24 hours: too few to say.
half-replied = Half have a reply within { $half }, nine in ten { $nine }.
not-yet = not yet
show-waiting = Show who waits

series-total = all that was said
series-theme = “{ $title }”
series-source = the source “{ $name }”
series-other = { $what } { $name }
kind-bug = bugs
kind-feature = wishes
kind-praise = praise
kind-complaint = complaints
kind-question = questions
kind-other = everything else
mood-positive = positive
mood-negative = negative
mood-neutral = neutral
mood-unclear = unclear

## Moderation

moderation = Moderation
moderation-caption = Cases of the period
cases-opened = Opened
cases-decided = Decided
cases-open = { $number ->
    [0] No case is open.
    [one] One case is open
   *[other] { $number } cases are open
}{ $number ->
    [0] {""}
   *[other] { $late ->
        [0] , none past its deadline.
        [one] , one past its deadline.
       *[other] , { $late } past their deadline.
    }
}
case-oldest = The oldest has waited for { $time }.
half-decided = Half were decided within { $half }, nine in ten { $nine }; those still open count as waiting.
appeals = { $made ->
    [0] No new appeals
    [one] One appeal
   *[other] { $made } appeals
}; upheld: { $upheld }, overturned: { $overturned }.
reasons-caption = What was reported
load-caption = Who decided, by name: nobody is ranked
show-cases = Show these cases

## Announcements and what comes

announcements = What was announced
announcements-caption = What people did with it, as read back after an hour, a day and a week; and what was said in answer within 48 hours
also-announced = { $number ->
    [one] One more was announced.
   *[other] { $number } more were announced.
}
nowhere = not sent
not-told = not told
coming = Coming up
coming-caption = Events, planned announcements, and holidays where you are
coming-event = Event
coming-announcement = Announcement
coming-holiday = Holiday
at-place = { $title }, { $place }

## Pictures

alt-days = Said each day, { $days }: { $range }.
alt-day = { $day } ({ $number })
alt-above = More than usual: { $days }.
alt-below = Less than usual: { $days }.
alt-within = Every day was within what is usual.
alt-within-known = Every day of which it is known was within what is usual.
alt-young = There is no history yet to say what is usual.
alt-topics = Most was said about { $name }: { $number }.
alt-none-above = Nothing was more than usual.
legend-daily = this day
legend-weekly = this week
legend-monthly = this month
legend-usual = usual
legend-median = median of four weeks
legend-above = more than usual
legend-below = less than usual

## How it was counted

counted = Counted from the log, each thing said once, from { $starts } to { $ends } ({ $zone }).
ranges = Nine of ten days are within the usual range, which is learned from up to 112 days before; 21 are needed to say one. A change is named only where the 90 % range of the ratio to the four such periods before leaves “no change” out.
models = How often the models are right: { $models }.
accuracy = { $what } in { $language } { $right } ({ $model })
model-kind = kind
model-mood = mood
model-language = language
made = Made { $at }. Checksum { $checksum }, { $hours ->
    [one] one hour
   *[other] { $hours } hours
} of the log; `liaison digest verify` counts it again.
seal = Seal of the histories:

## Mail and chat

read-as-page = Read this digest as a page
heading = { $label }:
in-quotes = “{ $text }”
all-of-it = All of it, on one page
words-gone = What stood here was taken out, since somebody whom it may have quoted asked to be erased.
stop-mails = End these mails
change-settings = When and in which language it comes stands in the program: ask whoever manages it.

## What does not wait

urgent-title = { $community }: { $number ->
    [one] one urgent matter
   *[other] { $number } urgent matters
}
urgent-why = This does not wait for the digest.
