"""The loader: every fault of a checklist is told with file, rule, field and cure; every example is held to."""

import datetime as dt
import tomllib
from dataclasses import fields, is_dataclass

import pytest

import probes
from readiness.checklist import digest, load_checklist, parse_checklist, shipped
from readiness.errors import ChecklistError
from readiness.examples import broken_examples
from readiness.model import (
    Basis,
    Example,
    Expectation,
    Fact,
    FactType,
    Rule,
    TargetKind,
    Weight,
    Words,
)
from readiness.register import Check

FACTS = {
    fact.name: fact
    for fact in (
        Fact("f.number", FactType.NUMBER, ""),
        Fact("f.text", FactType.TEXT, ""),
        Fact("f.flag", FactType.FLAG, ""),
        Fact("f.moment", FactType.MOMENT, ""),
        Fact("f.duration", FactType.DURATION, ""),
        Fact("f.period", FactType.PERIOD, ""),
        Fact("f.set", FactType.SET, "", of="f.read"),
        Fact("f.read", FactType.NUMBER, ""),
        Fact("f.table", FactType.TABLE, ""),
    )
}
REGISTER = {name: text for name, text in shipped() if name in {"risks.toml", "checks.toml"}}
# Two of its risks and one of its checks: what most tests need, in a fraction of the time.
SMALL = {
    "risks.toml": """
matrix = { steps = [], levels = [], derived = [], provenance = { sv = "", en = "" } }
""" + "".join(f"""
[[risk]]
id = "{id_}"
title = {{ sv = "t", en = "t" }}
description = {{ sv = "d", en = "d" }}
likelihood = "hog"
consequence = "hog"
level = 4
properties = []
standing = {{ text = {{ sv = "l", en = "l" }}, source = "s", confidence = "read", checked = 2026-11-23 }}
""" for id_ in ("8", "23")),
    "checks.toml": """
[[check]]
id = "10-1"
risk = "10"
kind = "M"
mandatory = true
title = { sv = "t", en = "t" }
criterion = "c"
""",
}  # fmt: skip
HEAD = {
    "id": '"MM-X-01"',
    "title": '{ sv = "t", en = "t" }',
    "risks": '{ "8" = "must" }',
    "basis": '"practice"',
    "source": '"s"',
    "confidence": '"read"',
    "remedy": '{ sv = "r", en = "r" }',
}
LOOK = {"target": '"endpoint"', "fact": '"f.number"', "expect": "{ at_least = 2 }", "passes": "[2]", "fails": "[1]"}


def rule_text(without=(), **fields):
    rows = {key.rstrip("_"): value for key, value in ({**HEAD, **LOOK} | fields).items() if key not in without}
    return "[[rule]]\n" + "\n".join(f"{key} = {value}" for key, value in rows.items()) + "\n"


def load(*texts):
    return parse_checklist(SMALL | {f"{n}.toml": text for n, text in enumerate(texts)}, FACTS)


def faults(*texts):
    with pytest.raises(ChecklistError) as error:
        load(*texts)
    return error.value.faults


def test_a_rule_is_read_whole():
    [rule] = load(
        rule_text(
            check='"10-1"',
            select='{ role = ["log", "web"], mutual_tls = "required" }',
            when='{ "f.text" = { equals = "RSA" } }',
            also='{ "f.set" = { excludes = "x" }, "f.flag" = { equals = true } }',
            from_="2026-03-15",
            until="2027-03-14",
            environment='"test"',
            answers='"vendor"',
            valid_days="90",
            verified='{ by = "N N", on = 2026-11-23 }',
            risks='{ "8" = "must", "23" = "should" }',
        )
    ).rules
    assert rule.risks == (("8", Weight.MUST), ("23", Weight.SHOULD))
    assert rule.select == (("mutual_tls", ("required",)), ("role", ("log", "web")))
    assert [(e.fact, e.predicate, e.operand, e.of) for e in rule.when] == [("f.text", "equals", "RSA", "")]
    assert [(e.fact, e.of) for e in rule.expect] == [("f.number", ""), ("f.set", "f.read"), ("f.flag", "")]
    assert (rule.valid_from, rule.valid_until) == (dt.date(2026, 3, 15), dt.date(2027, 3, 14))
    assert (rule.environment, rule.answers, rule.valid_days) == ("test", "vendor", 90)
    assert rule.verified == ("N N", "2026-11-23")
    assert (rule.check, rule.target) == ("10-1", TargetKind.ENDPOINT)
    assert (rule.title, rule.remedy) == (Words("t", "t"), Words("r", "r"))
    assert (rule.id, rule.source, rule.confidence, rule.basis) == ("MM-X-01", "s", "read", "practice")
    assert (rule.passes, rule.fails) == ((Example(2),), (Example(1),))


def test_each_language_of_a_rule_is_its_own():
    [rule] = load(rule_text(title='{ sv = "a", en = "b" }', remedy='{ sv = "c", en = "d" }')).rules
    assert (rule.title, rule.remedy) == (Words("a", "b"), Words("c", "d"))


def test_what_a_rule_leaves_out_is_nothing():
    [rule] = load(rule_text(check='"10-1"')).rules
    left_out = Rule(
        rule.id, rule.title, rule.risks, rule.basis, rule.source, rule.confidence, rule.remedy, "10-1",
        TargetKind.ENDPOINT, fact="f.number", expect=(Expectation("f.number", "at_least", 2),), passes=(Example(2),),
        fails=(Example(1),),
    )  # fmt: skip
    assert rule == left_out


def test_a_list_in_a_rule_becomes_several_values():
    [rule] = load(rule_text(fact='"f.text"', expect='{ one_of = ["a", "b"] }', passes='["b"]', fails='["c"]')).rules
    assert rule.expect == (Expectation("f.text", "one_of", ("a", "b")),)
    assert rule.check == ""


def test_a_pending_rule_needs_no_target_fact_or_examples():
    [rule] = load(rule_text(without=LOOK, pending='{ sv = "ingen prob", en = "no probe" }')).rules
    assert (rule.pending, rule.expect, rule.target) == (Words("ingen prob", "no probe"), (), TargetKind.CHAIN)
    assert (rule.fact, rule.retired, rule.passes) == ("", "", ())


def test_a_retired_rule_stays_and_is_no_longer_held_to_examples():
    [rule] = load(rule_text(without=LOOK, retired='"replaced by MM-X-02"')).rules
    assert (rule.retired, rule.pending, rule.expect) == ("replaced by MM-X-02", None, ())


@pytest.mark.parametrize(("state", "why"), [("pending", '{ sv = "skäl", en = "reason" }'), ("retired", '"reason"')])
def test_the_examples_of_an_idle_rule_are_not_judged(state, why):
    [rule] = load(rule_text(**{state: why, "passes": '["a"]', "fails": '["a"]'})).rules
    assert getattr(rule, state) in {"reason", Words("skäl", "reason")}


AT = "at = 2026-11-30T12:00:00Z"
WEEK_LATER, WEEK_LESS = "value = 2026-12-07T12:00:00Z", "value = 2026-12-07T11:59:59Z"
TWO_DAYS = "value = { start = 2026-11-29T12:00:00Z, end = 2026-12-01T12:00:00Z }"
EXAMPLES = [
    ("f.moment", "{ days_left_at_least = 7 }", f"[{{ {WEEK_LATER}, {AT} }}]", f"[{{ {WEEK_LESS}, {AT} }}]"),
    ("f.moment", "{ before = 2026-12-07 }", "[2026-12-06T23:59:59Z]", "[2026-12-07T00:00:00Z]"),
    ("f.duration", "{ days_long_at_most = 2 }", "[{ days = 2 }]", "[{ days = 2.5 }]"),
    ("f.duration", "{ seconds_long_at_most = 2 }", "[{ seconds = 2 }]", "[{ seconds = 2.001 }]"),
    ("f.duration", "{ seconds_long_at_least = 2 }", "[{ seconds = 2 }]", "[{ seconds = 1.999 }]"),
    ("f.period", "{ share_left_at_least = 50 }", f"[{{ {TWO_DAYS}, {AT} }}]", f"[{{ {TWO_DAYS}, {AT[:-2]}1Z }}]"),
    ("f.set", '{ excludes = "x" }', '[[], ["y"]]', '[["x"], ["x", "y"]]'),
    ("f.text", '{ matches = "a+" }', '["a"]', '["b"]'),
    ("f.flag", "{ equals = true }", "[true]", "[false]"),
]


@pytest.mark.parametrize(("fact", "expect", "passes", "fails"), EXAMPLES, ids=[row[0] for row in EXAMPLES])
def test_an_example_of_every_type_is_read(fact, expect, passes, fails):
    [rule] = load(rule_text(fact=f'"{fact}"', expect=expect, passes=passes, fails=fails)).rules
    assert broken_examples(rule) == []


WRONG = [
    ({"without": ["title"]}, "title", "is missing"),
    ({"without": ["fails"]}, "fails", "is missing"),
    ({"bogus": "1"}, "bogus", "is no field"),
    ({"title": '"only one"'}, "title", "Write title.sv"),
    ({"title": '{ sv = "t" }'}, "title", "both languages"),
    ({"remedy": '{ sv = "t", en = "" }'}, "remedy", "both languages"),
    ({"without": LOOK, "pending": '{ sv = "sedan" }'}, "pending", "both languages"),
    ({"risks": "{}"}, "risks", "is empty"),
    ({"risks": '{ "8" = ["must"] }'}, "risks", 'Write { "23"'),
    ({"title": "{ sv = 1, en = 2 }"}, "title", "both languages"),
    ({"passes": "[{ value = 2, given = 1 }]"}, "given", "Write given"),
    ({"passes": "[{ value = 2, at = 2026-11-30 }]"}, "passes/fails", "with its zone"),
    ({"risks": '["8"]'}, "risks", 'Write { "23"'),
    ({"risks": '{ "99" = "must" }'}, "risks", "names risk '99'"),
    ({"risks": '{ "8" = "may" }'}, "risks", "weighs 'may'"),
    ({"basis": '"hunch"'}, "basis", "Write one of"),
    ({"confidence": '"sure"'}, "confidence", "Write one of"),
    ({"basis": '"law"', "confidence": '"partial"'}, "risks", "read only in part"),
    ({"basis": '"contract"', "confidence": '"partial"'}, "risks", "read only in part"),
    ({"verified": '{ by = "x" }'}, "verified", "Write verified"),
    ({"check": '"99-9"'}, "check", "which no check has"),
    ({"target": '"planet"'}, "target", "Write one of"),
    ({"fact": '"f.nope"'}, "fact", "no probe promises"),
    ({"expect": "{ roughly = 1 }"}, "expect", "asks 'roughly'"),
    ({"expect": '{ at_least = "2" }'}, "expect", "takes int"),
    ({"expect": '{ contains = "x" }'}, "expect", "is for a set"),
    ({"fact": '"f.table"', "passes": "[1]"}, "expect", "the fact is a table"),
    ({"when": '{ "f.nope" = { equals = "x" } }'}, "when", "no probe promises"),
    ({"when": '{ "f.text" = {} }'}, "when", "asks nothing"),
    ({"also": '{ "f.text" = { at_least = 1 } }'}, "also", "is for a number"),
    ({"passes": "[]"}, "passes", "is empty"),
    ({"passes": '["2"]'}, "passes/fails", "It is a number"),
    ({"passes": "[true]"}, "passes/fails", "It is a number"),
    ({"passes": "[{ value = 2, given = { nope = 1 } }]"}, "given", "no probe promises"),
    ({"passes": '[{ value = 2, given = { "f.read" = "x" } }]'}, "passes/fails", "It is a number"),
    ({"passes": "[{ value = 2, when = 1 }]"}, "passes/fails", "An example has value"),
    ({"passes": "[1]"}, "passes/fails", "said to pass, and comes out as fail"),
    ({"fails": "[2]"}, "passes/fails", "said to fail, and comes out as pass"),
    ({"fails": '["2"]'}, "passes/fails", "It is a number"),
    ({"verified": "{ on = 2026-11-23 }"}, "verified", "Write verified"),
    ({"when": '{ "f.text" = "RSA" }'}, "when", "asks nothing"),
    ({"title": "1"}, "title", "Write title.sv"),
    (
        {"without": LOOK, "pending": '{ sv = "sedan", en = "later" }', "risks": '{ "99" = "must" }'},
        "risks",
        "names risk '99'",
    ),
    ({"without": LOOK, "retired": '"gone"', "check": '"99-9"'}, "check", "which no check has"),
    ({"without": LOOK, "retired": "1"}, "retired", "the reason why"),
    ({"without": LOOK, "retired": '""'}, "retired", "is empty"),
    ({"from_": '"2026-01-01"'}, "from", "Write from"),
    ({"valid_days": '"90"'}, "valid_days", "Write valid_days"),
    ({"environment": '"moon"'}, "environment", "Write one of"),
    ({"answers": '"anybody"'}, "answers", "Write one of"),
]


@pytest.mark.parametrize(("fields", "key", "said"), WRONG, ids=[f"{row[1]}: {row[2]}" for row in WRONG])
def test_a_wrong_rule_is_refused_with_field_and_cure(fields, key, said):
    fields = dict(fields)
    [fault, *_] = faults(rule_text(fields.pop("without", ()), **fields))
    assert (fault.file, fault.line) == ("0.toml", 2)
    assert fault.key == f"MM-X-01 {key}"
    assert said in str(fault)
    assert fault.cure


WRONG_VALUES = [
    ("f.text", "1"),
    ("f.flag", "1"),
    ("f.flag", '"true"'),
    ("f.number", "1.5"),
    ("f.number", "{ value = true }"),
    ("f.moment", "2026-11-30"),
    ("f.moment", "2026-11-30T12:00:00"),
    ("f.duration", "2"),
    ("f.duration", '{ days = "2" }'),
    ("f.duration", "{ days = 2, hours = 1 }"),
    ("f.period", "{ start = 2026-11-29T12:00:00Z }"),
    ("f.period", "{ start = 2026-11-29T12:00:00Z, end = 2026-12-01T12:00:00Z, days = 2 }"),
    ("f.period", "{ start = 2026-11-29T12:00:00Z, end = 2026-12-01 }"),
    ("f.set", '"x"'),
    ("f.set", '["x", 1]'),
]
ASKED = {fact: (expect, passes, fails) for fact, expect, passes, fails in EXAMPLES} | {
    "f.number": ("{ at_least = 2 }", "[2]", "[1]")
}


@pytest.mark.parametrize(("fact", "value"), WRONG_VALUES)
@pytest.mark.parametrize("key", ["passes", "fails"])
def test_an_example_that_is_not_of_the_facts_type_is_refused(fact, value, key):
    expect, passes, fails = ASKED[fact]
    found = faults(
        rule_text(fact=f'"{fact}"', expect=expect, **({"passes": passes, "fails": fails} | {key: f"[{value}]"}))
    )
    assert [(fault.key, fault.cure) for fault in found] == [("MM-X-01 passes/fails", f"It is a {fact[2:]}")]


def test_a_set_in_an_example_is_sorted_and_without_doubles():
    values = [f'"{letter}"' for letter in "hgfedcbaa"]
    [rule] = load(
        rule_text(fact='"f.set"', expect='{ excludes = "x" }', passes=f"[[{', '.join(values)}]]", fails='[["x"]]')
    ).rules
    assert rule.passes == (Example(tuple("abcdefgh")),)


@pytest.mark.parametrize(
    "fields",
    [
        {"environment": '"test"'},
        {"environment": '"production"'},
        {"answers": '"kommun"'},
        {"answers": '"vendor"'},
        {"valid_days": "0"},
        *({"target": f'"{kind}"'} for kind in TargetKind if kind is not TargetKind.CHAIN),
        *({"basis": f'"{basis}"'} for basis in Basis),
        *({"risks": f'{{ "8" = "{weight}" }}'} for weight in Weight),
        {"confidence": '"partial"'},
    ],
    ids=str,
)
def test_every_known_word_is_taken(fields):
    [rule] = load(rule_text(**fields)).rules
    [(key, value)] = fields.items()
    read = dict(rule.risks)["8"] if key == "risks" else getattr(rule, key)
    assert str(read) in value


def test_a_title_in_no_language_is_one_fault():
    assert len(faults(rule_text(title='"only one"'))) == 1


def test_a_law_read_in_part_may_be_should_and_a_verified_one_must():
    partial = {"basis": '"law"', "confidence": '"partial"'}
    assert load(rule_text(**partial, risks='{ "8" = "should" }')).rules
    assert load(rule_text(**partial, verified='{ by = "N N", on = 2026-11-23 }')).rules


def test_all_faults_are_told_at_once():
    second = rule_text(id='"MM-X-02"', fact='"f.nope"')
    found = faults(rule_text(bogus="1", basis='"hunch"') + second, rule_text(id='"MM-X-03"', without=["source"]))
    assert {(fault.file, fault.key.split()[0]) for fault in found} == {
        ("0.toml", "MM-X-01"), ("0.toml", "MM-X-02"), ("1.toml", "MM-X-03")
    }  # fmt: skip
    assert len(found) == 4


def test_a_retired_rule_keeps_its_examples_unread():
    [rule] = load(rule_text(retired='"replaced"', when='{ "f.gone" = { equals = "x" } }')).rules
    assert (rule.passes, rule.fails, rule.when) == ((), (), ())


@pytest.mark.parametrize("text", ["rule = 1\n", "[rule]\nid = 1\n", "[[rul]]\nid = 1\n", "rule = [1]\n", ""])
def test_a_file_that_holds_no_rules_is_refused(text):
    [fault] = faults(text)
    assert (fault.file, "[[rule]]" in fault.cure) == ("0.toml", True)


def test_an_id_stands_once():
    [fault] = faults(rule_text(id='"MM-X-02"'), rule_text(), rule_text())
    assert (fault.file, fault.line, fault.key, fault.wrong) == ("1.toml", 0, "MM-X-01", "stands 2 times")
    assert fault.cure.startswith("Give one of them")
    with pytest.raises(ChecklistError) as error:
        parse_checklist({"b.toml": rule_text(), **SMALL, "a.toml": rule_text()}, FACTS)
    assert [fault.file for fault in error.value.faults] == ["a.toml"]


def test_a_rule_without_an_id_is_told_by_its_file():
    [fault] = faults(rule_text(without=["id"]))
    assert (fault.file, fault.line, fault.key) == ("0.toml", 0, "? id")


def test_what_is_not_toml_is_refused_by_file():
    [fault] = faults("[[rule]\n")
    assert (fault.file, fault.line, fault.key) == ("0.toml", 0, "")
    assert "is not TOML" in fault.wrong


@pytest.mark.parametrize("name", ["risks.toml", "checks.toml"])
def test_a_register_that_is_not_toml_is_refused_by_file(name):
    with pytest.raises(ChecklistError) as error:
        parse_checklist(SMALL | {name: "[", "0.toml": rule_text()}, FACTS)
    assert [fault.file for fault in error.value.faults] == [name]


def test_rules_stand_in_the_order_of_file_names():
    one, two = (rule_text(id=f'"MM-X-0{n}"') for n in (1, 2))
    mixed = {"b.toml": two, **SMALL, "a.toml": one}
    assert [rule.id for rule in parse_checklist(mixed, FACTS).rules] == ["MM-X-01", "MM-X-02"]


def test_risks_and_checks_come_from_their_own_files_and_rules_from_the_others():
    misplaced = {name: text + rule_text() for name, text in SMALL.items()}
    [rule] = parse_checklist(misplaced | {"0.toml": rule_text(id='"MM-X-02"')}, FACTS).rules
    assert rule.id == "MM-X-02"


def plain(noun):
    """A noun as TOML writes it: lists for tuples, and no field that is None."""
    if is_dataclass(noun):
        return {f.name: plain(getattr(noun, f.name)) for f in fields(noun) if getattr(noun, f.name) is not None}
    return [plain(member) for member in noun] if isinstance(noun, tuple) else noun


def test_the_register_is_read_whole():
    checklist = parse_checklist(REGISTER | {"0.toml": rule_text()}, FACTS)
    risks, checks = (tomllib.loads(REGISTER[name]) for name in ("risks.toml", "checks.toml"))
    assert [plain(risk) for risk in checklist.risks] == risks["risk"]
    assert [plain(check) for check in checklist.checks] == [
        {"signer": [], "voided_by_change": False, "support": ""} | row for row in checks["check"]
    ]
    matrix = risks["matrix"]
    assert plain(checklist.matrix) == {key: matrix[key] for key in ("steps", "levels", "derived", "provenance")}


def test_what_a_check_leaves_out_is_nothing():
    row = '[[check]]\nid = "1"\nrisk = "8"\nkind = "M"\nmandatory = true\ncriterion = "c"\ntitle = {sv = "a", en = "b"}'
    [check] = parse_checklist(SMALL | {"checks.toml": row}, FACTS).checks
    assert check == Check("1", "8", "M", True, Words("a", "b"), "c")


def test_a_folder_of_ones_own_replaces_the_rules_and_keeps_the_register(tmp_path):
    (tmp_path / "own.toml").write_text(rule_text(), encoding="utf-8")
    own = load_checklist(FACTS, tmp_path)
    assert [rule.id for rule in own.rules] == ["MM-X-01"]
    assert len(own.risks) == 22
    assert own.digest != load_checklist(probes.facts()).digest


@pytest.mark.parametrize(
    "make",
    [
        lambda p: None,
        lambda p: (p / "x.toml").write_bytes(b"\xff"),
        lambda p: (p / "risks.toml").write_text("", encoding="utf-8"),
        lambda p: (p / "checks.toml").write_text("", encoding="utf-8"),
        lambda p: (p / "x.toml").mkdir(),
    ],
    ids=["empty", "not UTF-8", "only a register", "only checks", "a folder"],
)
def test_a_folder_without_readable_rules_says_what_to_give(tmp_path, make):
    make(tmp_path)
    with pytest.raises(ChecklistError) as error:
        load_checklist(FACTS, tmp_path)
    [fault] = error.value.faults
    assert (fault.file, fault.line, fault.key) == (str(tmp_path), 0, "")
    assert fault.cure.startswith("Give")


def test_a_folder_of_ones_own_is_read_as_utf_8(tmp_path):
    text = rule_text(title='{ sv = "åäö", en = "t" }')
    (tmp_path / "own.toml").write_text(text, encoding="utf-8")
    assert load_checklist(FACTS, tmp_path).rules[0].title.sv == "åäö"


def test_the_digest_tells_content_and_names_and_not_line_ends():
    assert digest({"a": "x\n"}) == digest({"a": "x\r\n"})
    assert digest({"a": "x", "b": "y"}) == digest({"b": "y", "a": "x"})
    assert len({digest({"a": "x"}), digest({"a": "y"}), digest({"b": "x"}), digest({"a": "", "b": "x"})}) == 4
