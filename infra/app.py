"""Synthesises the stack: `python -m infra.app`, by hand or by the CDK's own command line."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from cdk_nag import AwsSolutionsChecks

from infra.bundle import ROOT, build
from infra.settings import Settings
from infra.stack import Liaison


def main() -> None:
    """Writes the template and its one asset to `$CDK_OUTDIR`; raises on a finding nobody accepted."""
    # Usage figures would add a resource that tells its maker which constructs are deployed.
    app = cdk.App(analytics_reporting=False)
    settings = Settings.read(app.node)
    bundle = build(settings.bundle, into=ROOT / "cdk.out")
    code = lambda_.Code.from_asset(str(bundle.path), asset_hash=bundle.digest, asset_hash_type=cdk.AssetHashType.CUSTOM)
    Liaison(app, settings, code)
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    app.synth()


if __name__ == "__main__":
    main()
