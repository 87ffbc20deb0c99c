# What waits for a person, and the page on which they do something about it.

decide-waits-case = Case to decide
decide-waits-appeal = Appeal to decide
decide-waits-announcement = Announcement to approve
decide-waits-missed = Missed announcement
decide-waits-series = Series to approve
decide-waits-answer = Answer to approve
decide-waits-merge = Perhaps the same
decide-waits-delivery = Stuck delivery
decide-waits-parked = Events that could not be read
decide-waits-connection = Connection in trouble
decide-waits-fetching = Fetching in trouble
decide-waits-paused = Paused target
decide-waits-hold = Everything on hold
decide-waits-alert = Alarm of a platform
decide-waits-answers = People who wait for an answer

# The page

decide-page-look = See it as it will be shown there
decide-page-there = See it there
decide-page-now = See what it is now
decide-page-choose = What you can do

decide-closed = This link is not good, or not any more: it ends after seven days, it is for one person, and what you may do can have changed. Your next digest brings a new one.
decide-gone = There is nothing here any more.
decide-large = That is more than this form takes. Please write less.
decide-over = This does not wait for anybody any more.
decide-changed = It has changed since this link was made, so nothing can be done with it here.
decide-used = { $who } { $did }, { $at }.
decide-settled = { $who } has seen to it, { $at }.
decide-moved = Nothing was done: it is no longer what stood on the page. This is how it is now.
decide-faster = Nothing was done: somebody else was faster, or you have sent this already. This is how it is now.
decide-busy = Nothing was done: others are changing it at this moment. Please try again.
decide-refused = Nothing was done: { $why }
decide-letter = To the letter: { $place }
decide-another = You wrote it, so somebody else has to approve it: the program asks for two people.

# Fields

decide-field-measures = What is done about it there
decide-field-minutes = How long a time-out or suspension lasts
    .note = 90 for minutes, 2h for hours, 3d for days
decide-field-rule = The rule it breaks
decide-field-no-rule = no rule of ours
decide-field-why = Why (its author may ask to see this)
decide-field-reason = Why the leads should look at it
decide-field-id = What the platform calls it, if you know
    .note = With its id, what follows it can be sent, and it can be changed and withdrawn from here.
decide-field-url = Its address there, if you know
decide-field-wrong = this is no id or no address: an address is written as https://example.com/news

# Cases

decide-way-take = Take the case
decide-does-take = It is yours for a while, and what can be done there is looked up. Nobody is told anything yet.
decide-did-take = took the case
decide-done-take = The case is yours. Load the page again in a moment to see what there is now.
decide-way-give = Give the case back
decide-does-give = It has its old place among the open ones again.
decide-did-give = gave the case back
decide-done-give = The case is open again.
decide-way-escalate = Hand the case to the leads
decide-does-escalate = It moves up one rank, and only leads decide it from then on.
decide-did-escalate = handed the case to the leads
decide-done-escalate = The leads have the case now.
decide-way-dismiss = Decide: no rule was broken
decide-does-dismiss = The case is closed, whoever reported it is told so, and nothing is taken away.
decide-did-dismiss = decided that no rule was broken
decide-done-dismiss = Decided: no rule was broken.
decide-way-violation = Decide: a rule was broken
decide-does-violation = The case is closed, what you choose is carried out there, and its author and whoever reported it are told.
decide-did-violation = decided that a rule was broken
decide-done-violation = Decided: a rule was broken. What you chose is carried out now.

# Announcements

decide-way-approve-at = Approve it for { $at }
decide-does-approve-at = Exactly what stands above goes out at { $at } ({ $zone }), everywhere it is meant for.
decide-did-approve-at = approved it for its time
decide-done-approve-at = Approved. It goes out at its time.
decide-way-approve-now = Approve it and publish it now
decide-does-approve-now = Exactly what stands above goes out at once, everywhere it is meant for.
decide-did-approve-now = approved it to go out at once
decide-done-approve-now = Approved. It is going out.
decide-way-approve-change = Approve the change
decide-does-approve-change = What is published already is changed to exactly what stands above, wherever that is possible.
decide-did-approve-change = approved the change
decide-done-approve-change = Approved. It is being changed.
decide-way-cancel = Cancel the announcement
decide-does-cancel = Nothing of it goes out.
decide-did-cancel = cancelled it
decide-done-cancel = Cancelled. Nothing of it goes out.
decide-way-let-be = Let it be
decide-does-let-be = Its time is over, and nothing of it goes out.
decide-did-let-be = let it be
decide-done-let-be = Nothing of it goes out.
decide-way-approve-series = Approve the series
decide-does-approve-series = All that is still to come of it goes out at its times, in the words that stand above.
decide-did-approve-series = approved the series
decide-done-approve-series = Approved. Each goes out at its time.
decide-series-over = all of it is over: give it other times
decide-comes = Next: { $at } ({ $zone })

# What people said

decide-pair = Do these two say the same?
decide-way-same = They are the same
decide-does-same = They are counted as one request, each person once. It can be taken back.
decide-did-same = said that they are the same
decide-done-same = They are counted as one from now on.
decide-way-different = They are not the same
decide-does-different = They are counted each by itself, and not suggested again.
decide-did-different = said that they are not the same
decide-done-different = They stay two.

# Deliveries

decide-delivery-to = To { $place } ({ $platform })
decide-delivery-what = What was sent
decide-delivery-refused = It was refused there: it has not arrived.
decide-delivery-unknown = It was sent, and no answer came: nobody knows whether it is there.
decide-delivery-stuck = It was given up after several attempts.
decide-delivery-missed = Its time was over before it could be sent.
decide-delivery-over = It is on its way, or over.
decide-delivery-reason = Why: { $reason }
decide-delivery-tried = Last tried { $at }; { $attempts ->
    [one] { $attempts } attempt
   *[other] { $attempts } attempts
}.
decide-delivery-look = Look at { $place } first whether it is there. Sent again although it is, people see it twice.
decide-way-sent = It is there
decide-does-sent = It counts as sent, and nothing more is sent.
decide-did-sent = said that it is there
decide-done-sent = It counts as sent.
decide-way-again = It is not there: send it again
decide-does-again = It is sent once more, now.
decide-did-again = had it sent again
decide-done-again = It is on its way again.

# Parked events

decide-parked-none = Nothing of it is left
decide-parked-number = { $number ->
    [one] { $number } event
   *[other] { $number } events
}, parked before this link was made
decide-parked-reason = Why: { $reason }
decide-parked-came = came { $at }
decide-parked-still = nothing here knows what to do with it yet, or it is kept no longer
decide-way-replay = { $number ->
    [one] Try it again
   *[other] Try { $number } again
}
decide-does-replay = They come in as if they were sent just now; what has had its effect already is a repeat, and changes nothing.
decide-did-replay = had them tried again
decide-done-replay = They are being tried again. What cannot be read comes back to the list.
decide-way-dismiss-parked = { $number ->
    [one] Take it off the list
   *[other] Take { $number } off the list
}
decide-does-dismiss-parked = Nothing becomes of them. They are kept until their end, and can be tried again from the command line.
decide-did-dismiss-parked = took them off the list
decide-done-dismiss-parked = They are off the list.

# Switches

decide-paused-on = Nothing goes to { $place }
decide-paused-none = { $place } is not paused
decide-hold-on = Nothing is announced
decide-hold-none = Nothing is on hold
decide-switched = Switched on by { $who }, { $at }
decide-switched-why = Why: { $reason }
decide-piled-up = { $number ->
    [0] Nothing has piled up meanwhile.
    [one] { $number } thing has piled up meanwhile.
   *[other] { $number } things have piled up meanwhile.
}
decide-way-resume = Go on, without what has piled up
decide-does-resume = What comes from now on is sent there. What has piled up is missed, and says so.
decide-did-resume = had it go on without what had piled up
decide-done-resume = It goes on.
decide-way-resume-send = Go on, and send what has piled up
decide-does-resume-send = What has piled up is sent there now, and what comes from now on.
decide-did-resume-send = had it go on with what had piled up
decide-done-resume-send = It goes on, and what had piled up is on its way.
decide-way-finish = Finish what was begun
decide-does-finish = { $number ->
    [one] { $number } thing that had piled up
   *[other] { $number } things that had piled up
} could not be seen to: it is done now, as it was decided.
decide-done-finish = All that had piled up is seen to.
decide-way-let-go = Let everything go
decide-does-let-go = What waits goes out within two minutes; what has become too late is missed, and says so.
decide-did-let-go = let everything go
decide-done-let-go = Nothing is on hold any more.

# Connections

decide-connection-of = { $source } ({ $platform })
decide-fetching-of = { $source } ({ $platform })
decide-findings = What is wrong
decide-connection-good = It is well again.
decide-connection-since = Since { $at }: { $reason }
decide-connection-until = What we are sent ends { $at } unless it is renewed
decide-connection-advice = What to do about it is told by: { $command }
decide-connection-next = It is looked at again { $at }
decide-connection-due = It is looked at again within two minutes
decide-way-look-again = Look again now
decide-does-look-again = We ask the platform within two minutes, and mend what can be mended from here.
decide-did-look-again = had it looked at again
decide-done-look-again = It is looked at again within two minutes.
