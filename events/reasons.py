"""Why something was reported: one table of codes, and each platform's own words for them."""

from typing import Literal, get_args

Reason = Literal[
    "spam",
    "harassment",
    "hate",
    "violence",
    "self_harm",
    "sexual",
    "minor_safety",
    "illegal",
    "impersonation",
    "privacy",
    "misinformation",
    "intellectual_property",
    "cheating",
    "off_topic",
    "rules",
    "other",
    "unknown",
]
"""`rules`: the community's own, not said which. `other`: something else was chosen. `unknown`: nobody said."""

REASONS: tuple[Reason, ...] = get_args(Reason)

SEVERITIES: dict[Reason, int] = {
    "minor_safety": 0,
    "self_harm": 0,
    "privacy": 0,
    "violence": 1,
    "hate": 1,
    "illegal": 1,
    "harassment": 2,
    "sexual": 2,
    "impersonation": 2,
    "cheating": 2,
    "misinformation": 2,
    "intellectual_property": 2,
    "spam": 3,
    "rules": 3,
    "off_topic": 4,
    "other": 3,
    "unknown": 3,
}
"""How bad it is if it is true, unless the community's own policy says otherwise: from 0 (danger to life, children,
somebody's address told) to 4 (off-topic, tone)."""

WORDS: dict[str, tuple[tuple[str, Reason], ...]] = {
    "discord": tuple((code, code) for code in REASONS),
    "slack": tuple((code, code) for code in REASONS),
    "matrix": tuple((code, code) for code in REASONS),
    "telegram": tuple((code, code) for code in REASONS),
    "standard_webhooks": tuple((code, code) for code in REASONS),
    # Admin::Report `category`.
    "mastodon": (("spam", "spam"), ("legal", "illegal"), ("violation", "rules"), ("other", "other")),
    # PostActionType names, as `score_type` of a reviewable's scores gives them.
    "discourse": (
        ("spam", "spam"),
        ("inappropriate", "rules"),
        ("off_topic", "off_topic"),
        ("illegal", "illegal"),
        ("notify_moderators", "other"),
        ("needs_approval", "unknown"),
    ),
    # AutoMod categories, version 2 names first; the topics of version 1 and of its settings follow.
    "twitch": (
        ("aggression", "violence"),
        ("bullying", "harassment"),
        ("disability", "hate"),
        ("misogyny", "hate"),
        ("race_ethnicity_or_religion", "hate"),
        ("sex_based_terms", "sexual"),
        ("sexuality_sex_or_gender", "hate"),
        ("swearing", "rules"),
        ("smart_detection", "other"),
        ("blocked_term", "rules"),
        ("ban_evader", "rules"),
        ("namecalling", "harassment"),
        ("profanity", "rules"),
        ("homophobia", "hate"),
        ("racism", "hate"),
        ("sexwords", "sexual"),
    ),
    # com.atproto.moderation.defs; the newer tools.ozone.report.defs follow. Compared without their namespace.
    "bluesky": (
        ("reasonSpam", "spam"),
        ("reasonViolation", "rules"),
        ("reasonMisleading", "misinformation"),
        ("reasonSexual", "sexual"),
        ("reasonRude", "harassment"),
        ("reasonOther", "other"),
        ("reasonAppeal", "unknown"),
        ("reasonMisleadingSpam", "spam"),
        ("reasonMisleadingImpersonation", "impersonation"),
        ("reasonMisleadingScam", "spam"),
        ("reasonMisleadingElections", "misinformation"),
        ("reasonMisleadingBot", "spam"),
        ("reasonMisleadingOther", "misinformation"),
        ("reasonHarassmentTroll", "harassment"),
        ("reasonHarassmentTargeted", "harassment"),
        ("reasonHarassmentHateSpeech", "hate"),
        ("reasonHarassmentDoxxing", "privacy"),
        ("reasonHarassmentOther", "harassment"),
        ("reasonViolenceThreats", "violence"),
        ("reasonViolenceGraphicContent", "violence"),
        ("reasonViolenceGlorification", "violence"),
        ("reasonViolenceExtremistContent", "violence"),
        ("reasonViolenceTrafficking", "illegal"),
        ("reasonViolenceAnimal", "violence"),
        ("reasonViolenceOther", "violence"),
        ("reasonSexualUnlabeled", "sexual"),
        ("reasonSexualAbuseContent", "sexual"),
        ("reasonSexualNCII", "sexual"),
        ("reasonSexualDeepfake", "sexual"),
        ("reasonSexualAnimal", "sexual"),
        ("reasonSexualOther", "sexual"),
        ("reasonChildSafetyCSAM", "minor_safety"),
        ("reasonChildSafetyGroom", "minor_safety"),
        ("reasonChildSafetyPrivacy", "minor_safety"),
        ("reasonChildSafetyHarassment", "minor_safety"),
        ("reasonChildSafetyOther", "minor_safety"),
        ("reasonSelfHarmContent", "self_harm"),
        ("reasonSelfHarmED", "self_harm"),
        ("reasonSelfHarmStunts", "self_harm"),
        ("reasonSelfHarmSubstances", "self_harm"),
        ("reasonSelfHarmOther", "self_harm"),
        ("reasonRuleSiteSecurity", "illegal"),
        ("reasonRuleProhibitedSales", "illegal"),
        ("reasonRuleBanEvasion", "rules"),
        ("reasonRuleOther", "rules"),
    ),
    # `site_rules` and `site_rules_flow` of /r/…/about/rules; all else is a community's own rule or free text.
    "reddit": (
        ("This is spam", "spam"),
        ("Spam", "spam"),
        ("It's targeted harassment at me", "harassment"),
        ("It's targeted harassment at someone else", "harassment"),
        ("It's rude, vulgar or offensive", "harassment"),
        ("It threatens violence or physical harm at me", "violence"),
        ("It threatens violence or physical harm at someone else", "violence"),
        ("Threatening, harassing, or inciting violence", "violence"),
        ("It's promoting hate based on identity or vulnerability", "hate"),
        ("This is misinformation", "misinformation"),
        ("It infringes my copyright", "intellectual_property"),
        ("It infringes my trademark rights", "intellectual_property"),
        ("It's personal and confidential information", "privacy"),
        ("Personal and confidential information", "privacy"),
        ("It's sexual or suggestive content involving minors", "minor_safety"),
        ("It's involuntary pornography", "sexual"),
        ("It's a transaction for prohibited goods or services", "illegal"),
        ("Someone is considering suicide or serious self-harm", "self_harm"),
        ("It's ban evasion", "rules"),
    ),
}
"""A platform's word and our code. Of several words for one code the first is the one we send."""


def code_of(platform: str, word: str) -> Reason:
    """Our code for a platform's word: `unknown` for none, `other` for one that is not in the table."""
    if not word.strip():
        return "unknown"
    wanted = word.rpartition("#")[2].strip().casefold()
    return next((code for name, code in WORDS.get(platform, ()) if name.casefold() == wanted), "other")


def word_of(platform: str, code: Reason) -> str | None:
    """The platform's word for a code; None where it has none."""
    return next((name for name, known in WORDS.get(platform, ()) if known == code), None)
