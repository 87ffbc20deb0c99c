# What digests, their mails, their pages and the briefs in chats share.

change-more = higher than usual
change-less = lower than usual
change-unclear = no clear change
change-few = too few to say
