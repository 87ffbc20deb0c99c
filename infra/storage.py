"""The bucket: programs, evidence, seals, skeletons of feedback, parked bodies, digest pages and feeds; all private,
served by the API."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.nag import accept

DAY = cdk.Duration.days(1)
PARKED = cdk.Duration.days(90)
DIGESTS = cdk.Duration.days(92)
PEOPLE = cdk.Duration.days(60)
"""Sets of pseudonyms, read anew from the log where somebody asks for them again."""
STUDY = cdk.Duration.days(60)
"""Made anew while a community is studied; of one that has left the program nothing stays."""
EVIDENCE = cdk.Duration.days(4_400)
"""Cases take theirs away when its time is over. This is for what was put and then never named in one, and cannot know
how long each community keeps a case: the longest (ten years to ask for another look), and two more."""


class Storage(s3.Bucket):
    """One bucket; what an object is for, and how long it stays, goes by the first part of its key."""

    def __init__(self, scope: Construct, name: str, *, keep: bool) -> None:
        """`keep`: it outlives its stack."""
        super().__init__(
            scope,
            name,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            lifecycle_rules=[
                s3.LifecycleRule(id="parked", prefix="parked/", expiration=PARKED),
                s3.LifecycleRule(id="digests", prefix="digests/", expiration=DIGESTS),
                s3.LifecycleRule(id="people", prefix="people/", expiration=PEOPLE),
                s3.LifecycleRule(id="study", prefix="study/", expiration=STUDY),
                s3.LifecycleRule(id="evidence", prefix="evidence/", expiration=EVIDENCE),
                s3.LifecycleRule(id="unfinished", abort_incomplete_multipart_upload_after=DAY),
            ],
            removal_policy=cdk.RemovalPolicy.RETAIN if keep else cdk.RemovalPolicy.DESTROY,
        )
        # A daily seal is put once. Source: S3, "Enforce conditional writes on Amazon S3 buckets".
        self.add_to_resource_policy(
            iam.PolicyStatement(
                sid="SealsArePutOnce",
                effect=iam.Effect.DENY,
                principals=[iam.AnyPrincipal()],
                actions=["s3:PutObject"],
                resources=[self.arn_for_objects("seals/*")],
                conditions={"Null": {"s3:if-none-match": "true"}},
            )
        )
        accept(
            self,
            "S1",
            "Only the functions' roles can read it, and the API logs what it serves; a bucket of access"
            " logs would hold more about people than it tells.",
        )

    def may_get(self, *prefixes: str) -> iam.PolicyStatement:
        """Leave to read objects under these prefixes."""
        return self._may("GetObject", prefixes)

    def may_put(self, *prefixes: str) -> iam.PolicyStatement:
        """Leave to write objects under these prefixes."""
        return self._may("PutObject", prefixes)

    def may_delete(self, *prefixes: str) -> iam.PolicyStatement:
        """Leave to take objects under these prefixes away."""
        return self._may("DeleteObject", prefixes)

    def may_list(self, prefix: str) -> iam.PolicyStatement:
        """Leave to see which objects there are under a prefix."""
        return iam.PolicyStatement(
            actions=["s3:ListBucket"],
            resources=[self.bucket_arn],
            conditions={"StringLike": {"s3:prefix": f"{prefix}/*"}},
        )

    def _may(self, action: str, prefixes: tuple[str, ...]) -> iam.PolicyStatement:
        return iam.PolicyStatement(
            actions=[f"s3:{action}"], resources=[self.arn_for_objects(f"{prefix}/*") for prefix in prefixes]
        )
