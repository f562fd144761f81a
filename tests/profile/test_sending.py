"""How the sending system is exercised, as a profile says it: the stage, how it is started, its account."""

import pytest

from readiness.chain import Sending, StagePlan, Start
from readiness.errors import ProfileError
from readiness.profile import parse_profile, profile_data
from readiness.profile.lines import Lines
from tests.profiles import LOG, SOUND

SYSTEM = """
[[sending_system]]
id = "avsandare"
node = "arende"
product = "Exempel"
version = "5.2"
"""
START = '[sending_system.start]\ncommand = ["skicka", "{persons}", "--omgang={round}"]\n'
ACCOUNT = """
[sending_system.account]
file = "redovisning.csv"
delimiter = ";"
encoding = "latin-1"
told = ["Ja"]
columns = { person = "Mottagare", outcome = "Status", channel = "Kanal" }
words = { delivered = ["Levererad", "Läst"], failed = ["Fel"] }
channels = { paper = ["Post"] }
"""
STAGE = """
[stage]
address = "192.0.2.10"
public_name = "prov.kommun.example"
first_port = 18400
client_issuers = ["rot.pem"]
peers = ["192.0.2.0/24"]
certificate = "prov.pem"
key = "prov.key"

[[stage.operator]]
id = "16559999-9009"
name = "Kivra"
"""
ALL = SOUND + SYSTEM + START + ACCOUNT + STAGE


def read(text, source="p.toml", lang="sv"):
    return parse_profile(profile_data(text, source, lang), source, Lines(text), lang)


def the_fault(text, lang="sv"):
    with pytest.raises(ProfileError) as error:
        read(text, lang=lang)
    (fault,) = error.value.faults
    return fault


def test_a_profile_that_says_nothing_has_a_stage_on_this_machine_and_no_way_to_start():
    profile = read(SOUND + SYSTEM)
    assert profile.stage == StagePlan("127.0.0.1", "localhost", 0, "required")
    assert profile.sendings == (Sending("avsandare"),)
    assert profile.sendings[0].quiet_seconds == 10


def test_the_stage_is_read_with_paths_from_the_folder_of_the_profile(tmp_path):
    stage = read(ALL, str(tmp_path / "p.toml")).stage
    assert (stage.address, stage.public_name, stage.first_port) == ("192.0.2.10", "prov.kommun.example", 18400)
    assert (stage.certificate, stage.key) == (str(tmp_path / "prov.pem"), str(tmp_path / "prov.key"))
    assert stage.client_issuers == (str(tmp_path / "rot.pem"),)
    assert stage.operators == (("165599999009", "Kivra"),)


def test_a_command_and_an_account_are_read():
    (sending,) = read(ALL).sendings
    assert sending.start == Start(command=("skicka", "{persons}", "--omgang={round}"))
    account = sending.account
    assert (account.format, account.delimiter, account.encoding, account.told) == ("csv", ";", "latin-1", ("ja",))
    assert account.columns == (("person", "Mottagare"), ("outcome", "Status"), ("channel", "Kanal"))
    assert account.words == (("delivered", "levererad"), ("delivered", "läst"), ("failed", "fel"))
    assert account.channels == (("paper", "post"),)


def test_without_tables_of_words_the_system_says_ours():
    text = SOUND + SYSTEM + '[sending_system.account]\nurl = "https://a.example/k?x=1"\nformat = "json"\n'
    text += 'rows = "a.b"\ncolumns = { person = "p", outcome = "o" }\n'
    account = read(text).sendings[0].account
    assert ("paper", "paper") in account.words
    assert ("email", "email") in account.channels
    assert "ja" in account.told
    assert account.rows == "a.b"


def test_the_target_declares_only_plain_facts():
    text = ALL.replace(START, "retry_seconds = 30\n" + START)
    target = next(target for target in read(text).targets if target.id == "avsandare")
    assert dict(target.declared) == {"product": "Exempel", "version": "5.2", "retry_seconds": 30}
    assert read(text).sendings[0].retry_seconds == 30


@pytest.mark.parametrize("url", ["http://localhost:8080/", "http://127.0.0.1/x", "http://[::1]:9/x", "https://a.b/c?d"])
def test_a_url_is_encrypted_or_on_this_machine(url):
    text = ALL.replace('command = ["skicka", "{persons}", "--omgang={round}"]', f'url = "{url}"')
    assert read(text).sendings[0].start == Start(url=url)


MISTAKES = {
    # name: (what is replaced, by what, the key, words that are said)
    "two ways to start": ('command = ["skicka"', 'person = true\ncommand = ["skicka"', "start", "command, person"),
    "no way to start": (START, "[sending_system.start]\nperson = false\n", "start", "command, url, person"),
    "a shell line": ('["skicka", "{persons}", "--omgang={round}"]', '"skicka {persons}"', "start.command", "lista"),
    "an empty program": ('"skicka", ', '"", ', "start.command", "tomt"),
    "no persons": ('"{persons}", ', "", "start.command", "{persons}"),
    "a misspelt placeholder": ("{round}", "{rond}", "start.command", "{persons}, {round}"),
    "an unencrypted url": (START, '[sending_system.start]\nurl = "http://a.example/"\n', "start.url", "https://"),
    "a url with a password": (START, '[sending_system.start]\nurl = "https://a:b@c.se/"\n', "start.url", "logga"),
    "no url": (START, '[sending_system.start]\nurl = "a.example/x"\n', "start.url", "https://server"),
    "a url with no port": (START, '[sending_system.start]\nurl = "https://a.example:x/"\n', "start.url", "https://"),
    "a url with no host": (START, '[sending_system.start]\nurl = "https://a b/"\n', "start.url", "https://"),
    "two accounts": ('file = "red', 'url = "https://a.example/"\nfile = "red', "account", "file, url"),
    "no account": ('file = "redovisning.csv"\n', "", "account", "file, command, url"),
    "a placeholder in the account": (
        'file = "redovisning.csv"',
        'command = ["x", "{persons}"]',
        "account.command",
        "-",
    ),
    "no columns": (
        'columns = { person = "Mottagare", outcome = "Status", channel = "Kanal" }',
        "",
        "account.columns",
        "",
    ),
    "no outcome": ('outcome = "Status", ', "", "account.columns.outcome", "saknas"),
    "an unknown column": ("channel = ", "kanal = ", "account.columns.kanal", "channel"),
    "an unknown outcome": ("failed = ", "error = ", "account.words.error", "failed"),
    "an unknown channel": ("paper = ", "post = ", "account.channels.post", "digital"),
    "a word twice": ('["Fel"]', '["LÄST"]', "account.words.failed", "LÄST"),
    "a long delimiter": ('delimiter = ";"', 'delimiter = ";;"', "account.delimiter", "tecken"),
    "a delimiter in json": ('delimiter = ";"', 'delimiter = ";"\nformat = "json"', "account.delimiter", "csv"),
    "rows in csv": ('delimiter = ";"', 'rows = "a"', "account.rows", "json"),
    "an unknown encoding": ('"latin-1"', '"ansi"', "account.encoding", "windows-1252"),
    "an unknown format": ('delimiter = ";"', 'format = "xml"', "account.format", "csv, json"),
    "a retry of words": (START, 'retry_seconds = "30"\n' + START, "retry_seconds", "heltal"),
    "no quiet": (START, "quiet_seconds = 0\n" + START, "quiet_seconds", "1 till"),
    "a name to listen on": ('"192.0.2.10"', '"prov.kommun.example"', "stage.address", "IP-adress"),
    "a port too far": ("18400", "65500", "stage.first_port", "0 till"),
    "a network off its edge": ("192.0.2.0/24", "192.0.2.7/24", "stage.peers", "192.0.2.0/24"),
    "nobody who may connect": ('peers = ["192.0.2.0/24"]\n', "", "stage.address", "peers"),
    "no certificate asked for": (
        "first_port = 18400",
        'first_port = 18400\nclient_certificate = "none"',
        "stage.address",
        "client_certificate",
    ),
    "an unknown demand": (
        "first_port = 18400",
        'first_port = 18400\nclient_certificate = "always"',
        "stage.client_certificate",
        "requested",
    ),
    "a certificate alone": ('key = "prov.key"\n', "", "stage.certificate", "både"),
    "a key alone": ('certificate = "prov.pem"\n', "", "stage.key", "både"),
    "a password": ('key = "prov.key"', 'key = "prov.key"\npassword = "xyzzy"', "stage.password", "lösenord"),
    "an operator's short id": ("16559999-9009", "16559999", "stage.operator.id", "tio siffror"),
    "an operator twice": (
        'name = "Kivra"\n',
        'name = "Kivra"\n[[stage.operator]]\nid = "5599999009"\nname = "K"\n',
        "stage.operator.id",
        "redan",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_with_its_key_and_cure_in_both_languages(name):
    old, new, key, said = MISTAKES[name]
    assert old in ALL
    text = ALL.replace(old, new, 1)
    fault = the_fault(text)
    full = key if key.startswith("stage") else f"sending_system.{key}"
    assert fault.key == full
    assert said in str(fault)
    assert fault.line > 0
    assert fault.cure.endswith((".", "?"))
    assert "xyzzy" not in str(fault)
    assert str(the_fault(text, "en")) != str(fault)


PATTERN = r"id=(?P<message>\S+) status=(?P<outcome>\w+)"
OF_A_LOG = f"""
[sending_system.account]
log = "logg"
patterns = ['{PATTERN}']
words = {{ delivered = ["Klar"] }}
"""
FROM_A_LOG = SOUND + LOG + SYSTEM + OF_A_LOG


def test_an_account_out_of_a_log_source_is_read():
    account = read(FROM_A_LOG).sendings[0].account
    assert (account.log, account.format, account.patterns) == ("logg", "log", (PATTERN,))
    assert (account.columns, account.words) == ((), (("delivered", "klar"),))


@pytest.mark.parametrize("place", ['file = "app.log*"', 'command = ["journalctl"]', 'url = "https://a.example/log"'])
def test_what_a_file_a_command_or_an_address_gives_may_be_a_log(place):
    account = read(FROM_A_LOG.replace('log = "logg"', f'{place}\nformat = "log"')).sendings[0].account
    assert (account.log, account.format, account.patterns) == ("", "log", (PATTERN,))


MISTAKES_OF_LOGS = {
    "another log": ('log = "logg"', 'log = "log"', "account.log", "logg"),
    "a log and a file": ('log = "logg"', 'log = "logg"\nfile = "x"', "account", "log"),
    "a log as csv": ('log = "logg"', 'log = "logg"\nformat = "csv"', "account.format", "format"),
    "an encoding": ('log = "logg"', 'log = "logg"\nencoding = "latin-1"', "account.encoding", "[[log_source]]"),
    "no patterns": (f"patterns = ['{PATTERN}']\n", "", "account.patterns", "saknas"),
    "an empty list": (f"['{PATTERN}']", "[]", "account.patterns", "tomt"),
    "columns": ("words =", 'columns = { outcome = "x" }\nwords =', "account.columns", "csv"),
    "no outcome": ("(?P<outcome>", "(?P<answer>", "account.patterns", "(?P<outcome>"),
    "a wrong group": ("(?P<outcome>", "(?P<status>", "account.patterns", "outcome"),
    "no expression": ("(?P<message>", "((?P<message>", "account.patterns", "citattecken"),
    "no message": ("(?P<message>", "(", "account.patterns", "message_id"),
    "a look behind": ("id=", "(?<=id=)", "account.patterns", "(?<="),
    "too many": (f"['{PATTERN}']", repr([PATTERN] * 21).replace(chr(92) * 2, chr(92)), "account.patterns", "20"),
    "too long": ("id=", "i" * 500, "account.patterns", "500"),
}


@pytest.mark.parametrize("name", MISTAKES_OF_LOGS)
def test_a_mistake_about_a_log_is_told_with_key_line_and_cure(name):
    old, new, key, said = MISTAKES_OF_LOGS[name]
    assert old in FROM_A_LOG
    text = FROM_A_LOG.replace(old, new, 1)
    with pytest.raises(ProfileError) as error:
        read(text)
    fault = error.value.faults[0]
    assert fault.key == f"sending_system.{key}"
    assert said in str(fault)
    assert fault.line > 0
    with pytest.raises(ProfileError) as english:
        read(text, lang="en")
    assert str(english.value.faults[0]) != str(fault)


def test_patterns_belong_to_logs():
    fault = the_fault(ALL.replace('delimiter = ";"', f"delimiter = ';'\npatterns = ['{PATTERN}']"))
    assert (fault.key, 'format = "log"' in fault.cure) == ("sending_system.account.patterns", True)
