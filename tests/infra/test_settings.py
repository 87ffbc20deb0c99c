"""What an operator may say, and what is made of it."""

from __future__ import annotations

import aws_cdk as cdk
import pytest

from infra.settings import BadSetting, Settings


def read(**context: object) -> Settings:
    return Settings.read(cdk.App(context=context, analytics_reporting=False).node)


def test_nothing_said_is_production_on_aws() -> None:
    assert read() == Settings(stack="Liaison", bundle="aws", public_url=None, mail_from=None, production=True)


def test_empty_is_nothing_said() -> None:
    assert read(stack="", bundle="", public_url="", mail_from="", production="") == Settings()


def test_all_of_it() -> None:
    said = read(
        stack="Staging",
        bundle="host",
        public_url="https://liaison.example",
        mail_from="news@example.org",
        workers="4",
        production="false",
    )
    assert said == Settings("Staging", "host", "https://liaison.example", "news@example.org", 4, False)


@pytest.mark.parametrize("value", [False, "false", "False"])
def test_a_command_line_says_false_as_text(value: object) -> None:
    assert read(production=value).production is False


@pytest.mark.parametrize(
    ("name", "value"), [("production", "no"), ("bundle", "x86"), ("workers", "1"), ("workers", "many")]
)
def test_a_slip_is_told_not_guessed(name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=name):
        read(**{name: value})
