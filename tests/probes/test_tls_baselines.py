"""tls_baselines: what the profile chooses for an endpoint, itself or by class of information."""

from __future__ import annotations

from pathlib import Path

import pytest

from probes import tls_baselines
from readiness.errors import ProfileError
from readiness.model import Reason, Target, TargetKind, Unseen
from readiness.profile import load_profile
from tests.conftest import look
from tests.profiles import ENDPOINT, SOUND

MESSAGE_TYPE = """
[[message_type]]
id = "beslut"
node = "arende"
name = "Beslut"
in_production = false
"""


def facts(folder: Path, text: str) -> dict[str, object]:
    """The values of the profile's endpoint, without their prefix; a reason for what is unseen."""
    (folder / "kedja.toml").write_text(SOUND + text, encoding="utf-8")
    targets = load_profile(folder / "kedja.toml").targets
    (endpoint,) = [target for target in targets if target.kind is TargetKind.ENDPOINT]
    return {
        fact.removeprefix("baseline."): short(seen.value) for fact, seen in look(tls_baselines.PROBE, endpoint).items()
    }


def short(value: object) -> object:
    return value.reason if isinstance(value, Unseen) else value


def test_nothing_is_chosen_where_the_profile_chooses_nothing(tmp_path: Path) -> None:
    seen = facts(tmp_path, ENDPOINT)
    assert seen == dict.fromkeys(("mozilla_intermediate", "mozilla_modern", "bsi", "nist", "mozilla"), False) | {
        "confidentiality": Reason.NOT_CONFIGURED
    }


@pytest.mark.parametrize(
    ("chosen", "held"),
    [
        ("mozilla-modern", ["mozilla_modern", "mozilla"]),
        ("mozilla-intermediate", ["mozilla_intermediate", "mozilla"]),
        ("bsi", ["bsi"]),
    ],
)
def test_an_endpoint_may_choose_for_itself(tmp_path: Path, chosen: str, held: list[str]) -> None:
    seen = facts(tmp_path, ENDPOINT + f'klassa_k = 2\nbaselines = ["{chosen}"]\n')
    assert seen["confidentiality"] == 2
    assert [name for name, value in seen.items() if value is True] == held


@pytest.mark.parametrize(("level", "held"), [(1, []), (2, ["nist"]), (3, ["bsi", "nist"]), (4, ["bsi", "nist"])])
def test_a_class_of_information_brings_what_is_chosen_for_it_and_for_lower_ones(
    tmp_path: Path, level: int, held: list[str]
) -> None:
    chosen = '[baselines]\nklassa_k_2 = ["nist"]\nklassa_k_3 = ["bsi"]\n'
    seen = facts(tmp_path, ENDPOINT + f"klassa_k = {level}\n" + chosen)
    assert [name for name, value in seen.items() if value is True] == held


def test_without_a_class_of_its_own_an_endpoint_has_that_of_the_most_sensitive_message_type(tmp_path: Path) -> None:
    several = MESSAGE_TYPE + "klassa_k = 1\n" + MESSAGE_TYPE.replace('"beslut"', '"kallelse"') + "klassa_k = 3\n"
    assert facts(tmp_path, ENDPOINT + several)["confidentiality"] == 3
    assert facts(tmp_path, ENDPOINT + "klassa_k = 0\n" + several)["confidentiality"] == 0


def test_an_unknown_guideline_is_told(tmp_path: Path) -> None:
    with pytest.raises(ProfileError) as caught:
        facts(tmp_path, ENDPOINT + '[baselines]\nklassa_k_3 = ["bsl"]\n')
    assert "bsi" in str(caught.value)
    with pytest.raises(ProfileError):
        facts(tmp_path, ENDPOINT + '[baselines]\nklassa_k_5 = ["bsi"]\n')


def test_a_target_that_declares_nothing_is_held_to_nothing() -> None:
    seen = look(tls_baselines.PROBE, Target("adress", TargetKind.ENDPOINT, address="127.0.0.1:1"))
    assert set(seen) == set(tls_baselines.PROBE.promises())
    assert not any(seen[fact].value for fact in tls_baselines.CHOSEN)


def test_what_an_endpoint_chooses_and_what_its_class_brings_hold_together(tmp_path: Path) -> None:
    text = ENDPOINT + 'klassa_k = 2\nbaselines = ["bsi"]\n[baselines]\nklassa_k_2 = ["nist"]\n'
    assert [name for name, value in facts(tmp_path, text).items() if value is True] == ["bsi", "nist"]
