"""Do the register of risks and the statement rules say what their sources say, in two proof-read languages?

Reads the TOML as it is, without the loader. Left out: whether the loader takes it, and whether a rule judges rightly.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

CHECKLISTS = Path(__file__).parents[1] / "checklists"
REFERENCE = Path(__file__).parents[1] / "../shared/reference"

REGISTER: dict[str, Any] = tomllib.loads((CHECKLISTS / "risks.toml").read_text(encoding="utf-8"))
MATRIX: dict[str, Any] = REGISTER["matrix"]
RISKS: list[dict[str, Any]] = REGISTER["risk"]
RULES: list[dict[str, Any]] = tomllib.loads((CHECKLISTS / "statements.toml").read_text(encoding="utf-8"))["rule"]

# The risk analysis of 2014, in its order: id, likelihood, consequence, level.
ANALYSIS = [
    tuple(line.split())
    for line in """
    10  mycket_hog hog        5
    12  mycket_hog hog        5
    13  mycket_hog mycket_hog 5
    M6  hog        mycket_hog 5
    8   hog        hog        4
    9   mycket_hog lag        4
    11  hog        hog        4
    M15 hog        hog        4
    17  hog        hog        4
    18  hog        hog        4
    1   hog        lag        3
    3   mycket_hog forsumbar  3
    5   lag        mycket_hog 3
    19  lag        mycket_hog 3
    21  mycket_lag hog        3
    2   lag        lag        2
    7   lag        lag        2
    22  hog        mycket_lag 2
    4   mycket_lag mycket_lag 1
    6   mycket_lag lag        1
    20  mycket_lag lag        1
    23  lag        mycket_lag 1
    """.strip().splitlines()
]

# The 72 document (D) and interview (I) checks: id, kind, star, signer, days an answer holds, greatest age of
# the document in days. A hyphen: the contract period or the next change decides.
TIED = {"10-4", "10-6", "13-4", "13-5", "13-7", "M6-3", "M6-6", "8-7", "11-4", "17-4", "5-5", "5-6", "21-5", "2-3"}
"""The checks of R§8 marked Δ: an answer to them is void when what it was tied to changes."""

CHECKS = [
    tuple(line.split())
    for line in """
    10-4  D* FC      365 365
    10-5  D* FC      365 365
    10-6  D  SÄ      -   -
    10-7  I  FC      365 -
    12-7  D* IT,CISO 92  92
    12-8  I  CISO    183 -
    13-4  D* FC      -   -
    13-5  D* UPP     365 365
    13-6  D* CISO    183 183
    13-7  D  CISO    365 -
    13-8  I  FC      365 -
    M6-3  D* IÄ      730 730
    M6-4  D* FC      365 365
    M6-5  D  UPP     -   -
    M6-6  D  IÄ      730 730
    M6-7  I  CISO    365 -
    8-7   D* IÄ      365 365
    8-8   D  FC      183 183
    9-3   D* UPP     -   -
    9-4   D* FC      365 365
    9-6   I  FC      365 -
    11-4  D* IÄ      730 730
    11-5  D* UPP     -   -
    11-6  I  IÄ      365 -
    M15-3 D* UPP     365 365
    M15-4 D* UPP     -   -
    M15-5 D  UPP     730 730
    M15-6 I  UPP     365 -
    17-4  D* IT      730 730
    17-5  D  UPP     -   -
    17-6  I  IT      365 -
    18-3  D* LEV     183 183
    18-4  D  SÄ      365 365
    18-5  D  UPP     -   -
    18-6  I  LEV     183 -
    1-5   D* KOM     730 730
    1-6   D  FC      730 730
    1-7   I  KOM     365 -
    3-3   D* IÄ      730 730
    3-4   D  CISO    730 730
    3-5   D  ARK     730 730
    3-6   I  IÄ      365 -
    5-5   D* SÄ      365 365
    5-6   D  LEV     -   -
    5-7   I  IT      183 -
    19-3  D* UPP     -   -
    19-4  D* LEV     365 365
    19-5  D* UPP     -   -
    19-6  D  UPP     -   -
    19-7  I  CISO    365 -
    21-5  D* LEV     365 365
    21-6  D* UPP     -   -
    21-7  I  LEV     365 -
    2-3   D* IÄ      730 730
    2-6   I  IÄ      730 -
    7-3   D* FC      365 365
    7-4   I* FC      365 -
    22-5  D* UPP     -   -
    22-6  D* KOM     365 365
    22-7  I  IT      365 -
    4-4   D* FC      730 730
    4-5   I  FC      365 -
    6-3   D* IÄ      730 730
    6-4   D  FC      365 365
    6-5   I  IÄ      365 -
    20-4  D* IÄ      365 365
    20-5  D  UPP     -   -
    20-6  I  IÄ      365 -
    23-4  D* FC      730 730
    23-5  D* FC      365 365
    23-6  D  UPP     365 365
    23-7  I  FC      365 -
    """.strip().splitlines()
]

# A change of system version, certificate, supplier or message type ends these, whatever their date.
VOIDED_BY_CHANGE = {
    "10-4",
    "10-6",
    "13-4",
    "13-5",
    "13-7",
    "M6-3",
    "M6-6",
    "8-7",
    "11-4",
    "17-4",
    "5-5",
    "5-6",
    "21-5",
    "2-3",
}

# The data protection officer gives an opinion on these, and signs none.
DATA_PROTECTION_OPINION = {"13-5", "M6-6", "20-4"}

ROLES = {
    "SÄ": "systemagare",
    "IÄ": "informationsagare",
    "FC": "forvaltningschef",
    "CISO": "ciso",
    "IT": "it_chef",
    "LEV": "leverantor",
    "UPP": "avtalsansvarig",
    "ARK": "arkivansvarig",
    "KOM": "kommunikationschef",
}

DAYS = {"12 mån": 365, "24 mån": 730, "6 mån": 183, "3 mån": 92, "period + 12 mån": 365, "avtalstid": None, "": None}

FORBIDDEN = re.compile(
    r"reservation|anmärkning|överträdelse|revision|intyg|certifierad|godkän[dtn]|bevis|certified", re.IGNORECASE
)

Text = tuple[str, str]


def texts(node: Any, where: str = "") -> list[Text]:
    """Every text under a TOML node, as (where, text)."""
    if isinstance(node, str):
        return [(where, node)]
    if isinstance(node, dict):
        return [found for key, value in node.items() for found in texts(value, f"{where}.{key}")]
    if isinstance(node, list):
        return [found for number, value in enumerate(node) for found in texts(value, f"{where}[{number}]")]
    return []


def bilingual(node: Any, where: str = "") -> list[tuple[str, dict[str, str]]]:
    """Every {sv, en} pair under a TOML node."""
    if isinstance(node, dict) and {"sv", "en"} & node.keys():
        return [(where, node)]
    if isinstance(node, dict):
        return [found for key, value in node.items() for found in bilingual(value, f"{where}.{key}")]
    if isinstance(node, list):
        return [found for number, value in enumerate(node) for found in bilingual(value, f"{where}[{number}]")]
    return []


EVERYTHING = {"register": REGISTER, "statements": RULES}
TEXTS = texts(EVERYTHING)
PAIRS = bilingual(EVERYTHING)


def cell(risk: dict[str, Any]) -> tuple[str, str]:
    return risk["likelihood"], MATRIX["aliases"].get(risk["consequence"], risk["consequence"])


def level_at(likelihood: str, consequence: str) -> int:
    level: int = MATRIX["levels"][MATRIX["steps"].index(likelihood)][MATRIX["steps"].index(consequence)]
    return level


# -- The register ------------------------------------------------------------------------------------------------------


def test_the_22_risks_stand_as_the_analysis_set_them() -> None:
    assert len(ANALYSIS) == 22
    assert [(r["id"], r["likelihood"], r["consequence"], str(r["level"])) for r in RISKS] == ANALYSIS


def test_a_risk_id_is_a_text_and_6_is_not_m6() -> None:
    ids = [risk["id"] for risk in RISKS]
    assert all(type(id_) is str for id_ in ids)
    assert {"6", "M6", "M15"} <= set(ids)
    assert not {"14", "15", "16"} & set(ids)
    assert len(set(ids)) == 22


def test_the_levels_are_spread_as_in_2014() -> None:
    assert Counter(risk["level"] for risk in RISKS) == {5: 4, 4: 6, 3: 5, 2: 3, 1: 4}


def test_each_level_follows_from_the_matrix() -> None:
    assert {r["id"]: r["level"] for r in RISKS} == {r["id"]: level_at(*cell(r)) for r in RISKS}


def test_the_matrix_is_four_by_four_and_never_sinks_along_an_axis() -> None:
    rows = MATRIX["levels"]
    assert MATRIX["steps"] == ["mycket_lag", "lag", "hog", "mycket_hog"]
    assert [len(row) for row in rows] == [4, 4, 4, 4]
    assert all(list(line) == sorted(line) for line in [*rows, *zip(*rows, strict=True)])
    assert MATRIX["aliases"] == {"forsumbar": "mycket_lag"}


def test_the_derived_cells_are_those_that_no_risk_shows() -> None:
    every = {(likelihood, consequence) for likelihood in MATRIX["steps"] for consequence in MATRIX["steps"]}
    assert {tuple(pair) for pair in MATRIX["derived"]} == every - {cell(risk) for risk in RISKS}
    assert [level_at(*pair) for pair in MATRIX["derived"]] == [3, 3]


def test_each_risk_names_properties_at_stake_in_their_usual_order() -> None:
    usual = ["riktighet", "konfidentialitet", "tillganglighet", "sparbarhet"]
    assert all(r["properties"] and r["properties"] == [p for p in usual if p in r["properties"]] for r in RISKS)


def test_each_standing_has_a_source_a_mark_and_the_day_it_was_checked() -> None:
    standings = {risk["id"]: risk["standing"] for risk in RISKS}
    assert all(s["source"] and s["confidence"] in {"read", "partial", "open"} for s in standings.values())
    assert {s["checked"] for s in standings.values()} == {date(2026, 11, 23)}
    assert [id_ for id_, s in standings.items() if s["confidence"] == "open"] == ["3"]


def test_a_standing_that_cites_what_was_not_read_is_never_marked_read() -> None:
    marked = {r["id"] for r in RISKS if re.search(r"delvis läst|ej läst", r["standing"]["source"])}
    assert marked
    assert not marked & {r["id"] for r in RISKS if r["standing"]["confidence"] == "read"}


# -- The statement rules -----------------------------------------------------------------------------------------------


def test_the_72_checks_are_asked_in_their_order_under_ids_that_count() -> None:
    assert [rule["check"] for rule in RULES] == [check for check, *_ in CHECKS]
    assert [rule["id"] for rule in RULES] == [f"MM-STATED-{n:02d}" for n in range(1, 73)]
    assert Counter(kind[0] for _, kind, *_ in CHECKS) == {"D": 51, "I": 21}


def test_a_star_is_must_and_no_star_is_should() -> None:
    expected = {check: {check.rsplit("-", 1)[0]: "must" if "*" in kind else "should"} for check, kind, *_ in CHECKS}
    assert {rule["check"]: rule["risks"] for rule in RULES} == expected
    assert Counter(weight for rule in RULES for weight in rule["risks"].values()) == {"must": 35, "should": 37}


def test_every_risk_is_asked_about_in_a_statement() -> None:
    assert {risk for rule in RULES for risk in rule["risks"]} == {risk["id"] for risk in RISKS}


@pytest.mark.parametrize(("rule", "check"), list(zip(RULES, CHECKS, strict=True)), ids=[check for check, *_ in CHECKS])
def test_a_statement_rule_asks_what_its_check_asks(rule: dict[str, Any], check: tuple[str, ...]) -> None:
    id_, kind, signer, days, age = check
    also: dict[str, dict[str, Any]] = {
        "statement.role": {"one_of": [ROLES[code] for code in signer.split(",")]},
        "statement.until": {"days_left_at_least": 0},
    }
    # A check that R§8 ties to versions and certificates (Δ) is void of anything only where it names what it is tied to.
    tied = id_ in TIED
    also |= {"statement.changes": {"is_empty": True}} if tied else {"statement.void": {"equals": False}}
    if signer == "LEV":
        also["statement.party_kind"] = {"equals": "vendor"}
    if kind.startswith("D"):
        also["statement.document"] = {"one_of": ["cited", "matches"]}
    if age != "-":
        also["statement.document_date"] = {"days_old_at_most": int(age)}
    assert rule["also"] == also
    assert rule["target"] == "statement"
    assert rule["select"] == {"check": id_}
    assert rule["fact"] == "statement.answer"
    assert rule["expect"] == {"equals": "yes"}
    assert rule["answers"] == ("vendor" if signer == "LEV" else "kommun")
    assert rule.get("valid_days") == (None if days == "-" else int(days))
    assert (rule["passes"], rule["fails"]) == (["yes"], ["no", "partly", "text"])


def test_law_and_contract_are_claimed_only_where_the_text_was_read() -> None:
    claimed = {r["check"]: (r["basis"], r["confidence"]) for r in RULES if r["basis"] in {"law", "contract"}}
    assert claimed == {"13-7": ("law", "read")}


def test_a_rule_is_read_or_partial_and_only_a_proposal_says_that_it_is_ours() -> None:
    assert {rule["confidence"] for rule in RULES} == {"read", "partial"}
    assert {rule["basis"] for rule in RULES} == {"law", "practice", "proposal"}
    ours = {rule["check"] for rule in RULES if rule["source"].startswith("Projektets förslag")}
    assert ours == {rule["check"] for rule in RULES if rule["basis"] == "proposal"}


def test_a_rule_that_only_unread_sources_carry_is_partial() -> None:
    unread = {r["check"] for r in RULES if re.search(r"(delvis|ej) läs", r["source"].split(";")[0])}
    assert unread
    assert unread <= {r["check"] for r in RULES if r["confidence"] == "partial"}


def test_what_a_change_voids_says_so_in_its_remedy() -> None:
    told = {r["check"] for r in RULES if re.search(r"void_if|ändras|tillkommer", r["remedy"]["sv"])}
    assert told >= VOIDED_BY_CHANGE


def test_a_data_protection_officer_is_heard_and_never_signs() -> None:
    heard = {rule["check"] for rule in RULES if "dataskyddsombudets yttrande" in rule["remedy"]["sv"]}
    assert heard == DATA_PROTECTION_OPINION
    assert "dataskyddsombud" not in {role for rule in RULES for role in rule["also"]["statement.role"]["one_of"]}


# -- The words ---------------------------------------------------------------------------------------------------------


def test_everything_for_people_is_there_in_both_languages() -> None:
    assert len(PAIRS) == 1 + 3 * 22 + 2 * 72
    for where, pair in PAIRS:
        assert pair.keys() == {"sv", "en"}, where
        assert all(len(text.strip()) > 10 for text in pair.values()), where
        assert pair["sv"] != pair["en"], where


def test_no_two_titles_are_the_same() -> None:
    for language in ("sv", "en"):
        titles = [thing["title"][language] for thing in [*RISKS, *RULES]]
        assert [title for title, times in Counter(titles).items() if times > 1] == []


def test_no_text_uses_a_word_that_means_something_else_in_a_kommun() -> None:
    assert [(where, text) for where, text in TEXTS if FORBIDDEN.search(text)] == []


def test_every_letter_is_latin_and_composed() -> None:
    assert len(TEXTS) > 1000
    for where, text in TEXTS:
        assert unicodedata.is_normalized("NFC", text), where
        assert all(unicodedata.name(letter).startswith("LATIN") for letter in text if letter.isalpha()), where


def test_titles_are_one_claim_and_other_texts_whole_sentences() -> None:
    for where, pair in PAIRS:
        for text in pair.values():
            assert text == " ".join(text.split()), where
            assert not text[0].islower(), where
            assert text.endswith(".") is not where.endswith(".title"), where


def test_english_is_not_swedish_left_behind() -> None:
    # Names of laws, products and roles stay Swedish and carry no such words; a forgotten translation does.
    swedish = re.compile(r"\b(och|att|är|som|med|inte|för|den|det|ett|på|till)\b")
    assert [where for where, pair in PAIRS if swedish.search(pair["en"])] == []
    english = re.compile(r"\b(the|and|is|of|with|that|not|which)\b")
    assert [where for where, pair in PAIRS if english.search(pair["sv"])] == []


# -- Beside the sources, where they lie next to the checkout -----------------------------------------------------------


def reference(name: str) -> str:
    path = REFERENCE / name
    if not path.exists():
        pytest.skip(f"THE SOURCE IS NOT HERE, so nothing was compared with it: {path}")
    return path.read_text(encoding="utf-8")


def test_the_checks_stand_as_the_proposal_has_them() -> None:
    rows = re.findall(r"^\| (M?\d+-\d+) \| ([DI]\*?) \|(.+)\|$", reference("regulation.md"), re.MULTILINE)
    proposed = []
    for check, kind, rest in rows:
        signers, validity = (column.strip() for column in rest.split("|")[-3:-1])
        days = DAYS[validity.replace("Δ", "").strip()]
        assert (check in VOIDED_BY_CHANGE) is ("Δ" in validity), check
        proposed.append((check, kind, signers.split(";")[0].replace(" ", ""), "-" if days is None else str(days)))
    assert proposed == [entry[:4] for entry in CHECKS]


def test_our_wording_copies_no_run_of_seven_words_from_the_analysis() -> None:
    def runs(text: str) -> set[tuple[str, ...]]:
        words = re.findall(r"\w+", text.lower())
        return set(zip(*(words[start:] for start in range(7)), strict=False))

    analysis = runs(reference("risk-analysis-2014.txt"))
    assert analysis
    ours = [(r["id"], text) for r in RISKS for text in (r["title"]["sv"], r["description"]["sv"])]
    assert [(id_, common) for id_, text in ours if (common := runs(text) & analysis)] == []
