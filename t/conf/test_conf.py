"""Mistakes in nginx.conf are found by `nginx -t`, with the file, the line and a word that helps."""
import pytest

import documents
from built import ENGINE
from docket import LOCATIONS, Docket


@pytest.fixture
def check():
    """Runs `nginx -t` on a configuration of these parts."""
    made = []

    def run(**parts):
        # A directive that Docket() writes itself is not written twice.
        if "docket_engine" in parts.get("http", ""):
            parts["engine"] = False
        made.append(Docket(**parts))
        return *made[-1].check_conf(), made[-1]

    yield run
    for one in made:
        one.remove_folder()


# (where, the directive, what the message has)
MISTAKES = [
    ("http", "docket_formats markdwon;", "markdwon"),
    ("http", "docket_formats;", "docket_formats"),
    ("http", "docket_formats text; docket_formats json;", "duplicate"),
    ("http", "docket_languages xx_nothing;", "tessdata"),
    ("http", "docket_languages ../../etc;", "tessdata"),
    ("http", "docket_ocr maybe;", "auto, force or off"),
    ("http", "docket_ocr auto dpi=9;", "dpi"),
    ("http", "docket_ocr auto dpi=many;", "dpi"),
    ("http", "docket_ocr auto 300;", "dpi"),
    ("http", "docket_types pdf docx;", "docx"),
    ("http", "docket_types unknown;", "unknown"),
    ("http", "docket_max_files 0;", "docket_max_files"),
    ("http", "docket_max_files few;", "a number from 1 to 1000"),
    ("http", "docket_max_pages 0;", "docket_max_pages"),
    ("http", "docket_max_pixels 100;", "docket_max_pixels"),
    ("http", "docket_max_pixels -1;", "docket_max_pixels"),
    ("http", "docket_max_fields 1x;", "docket_max_fields"),
    ("http", "docket_memory_limit 1m;", "docket_memory_limit"),
    ("http", "docket_cpu_limit 0;", "docket_cpu_limit"),
    ("http", "docket_unit_timeout 10ms;", "docket_unit_timeout"),
    ("http", "docket_unit_timeout soon;", "docket_unit_timeout"),
    ("http", "docket_concurrency 0;", "auto or a number"),
    ("http", "docket_concurrency -2;", "auto or a number"),
    ("http", "docket_sandbox none;", "invalid value \"none\""),
    ("http", "docket_engine /nowhere/docket-engine;", "no such program"),
    ("http", "docket_engine /etc/passwd;", "not executable"),
    ("http", "docket_threads nobody;", "nobody"),
    ("http", "docket_threads docket io=nobody;", "nobody"),
    ("http", "docket_threads docket other=x;", "io=NAME"),
    ("http", "docket_store /tmp/one; docket_store /tmp/two;", "duplicate"),
    ("http", "docket_options colour;", "colour"),
    ("http", "docket_options sync;", "options that can be allowed"),
    ("http", "docket_options formats none;", "none"),
    ("http", "docket_options ocr; docket_options ocr;", "duplicate"),
    ("http", "docket_cors app.example;", "https://app.example"),
    ("http", "docket_cors https://app.example/;", "https://app.example/"),
    ("http", "docket_cors https://app.example *;", "* alone"),
    ("http", "docket_cors off https://app.example;", "off alone"),
    ("http", "docket_cors off; docket_cors *;", "duplicate"),
    ("http", "docket_tokens /nowhere/tokens;", "/nowhere/tokens"),
    ("http", "docket_tokens /etc;", "/etc"),
    ("http", "docket_tokens /etc/passwd;", "line 1: "),
    ("http", "docket_tokens /etc/fstab one;", "docket_tokens"),
    ("http", "docket_owner;", "docket_owner"),
    ("http", "docket_owner $uri; docket_owner $uri;", "duplicate"),
    ("http", "docket_queue;", "docket_queue"),
    ("http", "docket_queue jobs=0;", "at least 1"),
    ("http", "docket_queue many;", "jobs=N or per_owner=N"),
    ("http", "docket_queue jobs=1; docket_queue per_owner=1;", "duplicate"),
    ("server", "docket_queue jobs=1;", "not allowed here"),
    ("http", "docket_priority 10;", "0 (first) to 9"),
    ("http", "docket_priority high;", "0 (first) to 9"),
    ("http", "docket_priority 1; docket_priority 1;", "duplicate"),
    ("http", "docket_attempts 0;", "from 1 to 100"),
    ("http", "docket_expire soon;", "never or a time"),
    ("http", "docket_expire 0;", "never or a time"),
    ("http", "docket_expire 1d; docket_expire 1d;", "duplicate"),
    ("http", "docket_keep_input maybe;", "docket_keep_input"),
    ("http", "docket_dedupe maybe;", "docket_dedupe"),
    ("http", "docket_log;", "docket_log"),
    ("http", "docket_log $host.log;", "without variables"),
    ("http", "docket_log syslog:server=127.0.0.1;", "without variables"),
    ("http", "docket_log /etc;", "folder"),
    ("http", "docket_log a.log; docket_log b.log;", "duplicate"),
    ("http", "docket_log off; docket_log b.log;", "duplicate"),
    ("http", "access_log a.log combined buffer=4k; docket_log a.log;", "another directive's log"),
    ("http", "docket_callback;", "docket_callback"),
    ("http", "docket_callback nowhere;", "http:// or https://"),
    ("http", "docket_callback ftp://hooks.example/;", "http:// or https://"),
    ("http", "docket_callback http://me:secret@hooks.example/;", "no user or password"),
    ("http", "docket_callback http://a/; docket_callback http://a/;", "duplicate"),
    ("http", "docket_callback_from_client maybe;", "docket_callback_from_client"),
    ("http", "docket_callback_allow;", "docket_callback_allow"),
    ("http", "docket_callback_allow only;", "behind it"),
    ("http", "docket_callback_allow 10.0.0.1/8;", "no bit set behind the prefix"),
    ("http", "docket_callback_allow 10.0.0.0/33;", "networks such as"),
    ("http", "docket_callback_allow 10.0.0.0/8 only;", "in front of all"),
    ("http", "docket_callback_allow https://hooks.example;", "host names"),
    ("http", "docket_callback_allow *.example;", "host names"),
    ("http", "docket_callback_allow a; docket_callback_allow b;", "duplicate"),
    ("http", "docket_callback_secret /nowhere/secret;", "/nowhere/secret"),
    ("http", "docket_callback_secret /etc;", "it is no file"),
    ("http", "docket_callback_secret /etc/hostname;", "line 1: expected whsec_"),
    ("http", "docket_callback_secret /dev/null;", "it is no file"),
    ("http", "docket_callback_retries;", "docket_callback_retries"),
    ("http", "docket_callback_retries 0 soon;", "times such as"),
    ("http", "docket_callback_retries 0; docket_callback_retries 1s;", "duplicate"),
    ("http", f"docket_callback_retries {'1s ' * 101};", "at most 100"),
    ("http", "docket_upload;", "not allowed here"),
    ("server", "docket_store /tmp/one;", "not allowed here"),
    ("server", "docket_concurrency 1;", "not allowed here"),
    ("server", "location = /a { docket_upload 404; }", "200, 201 or 202"),
    ("server", "location = /a { docket_upload yes; }", "200, 201 or 202"),
    ("server", "location = /a { docket_upload; docket_tasks anyone; }", "handler"),
    ("server", "location = /a { proxy_pass http://127.0.0.1:1; docket_upload; }", "handler"),
    ("server", "location = /a { docket_tasks everyone; }", "anyone"),
    ("server", "location = /a { docket_events everyone; }", "anyone"),
    ("server", "location = /a { docket_events; docket_tasks; }", "handler"),
    ("http", "docket_wait_max 2d;", "from 0 to 86400"),
    ("http", "docket_wait_max soon;", "docket_wait_max"),
    ("server", "location = /a { docket_health dead; }", "live"),
    ("server", "location = /a { docket_result; }", "prefix"),
    ("server", "location ~ ^/a/ { docket_result; }", "prefix"),
    ("server", "location /other/ { docket_result; }", "docket_result_url"),
]


@pytest.mark.parametrize("where, directive, words", MISTAKES, ids=[directive for _, directive, _ in MISTAKES])
def test_mistake_is_told_with_file_and_line(check, where, directive, words):
    parts = {where: directive}
    if directive.startswith("docket_store"):
        parts["store"] = None
    code, said, docket = check(**parts)
    assert code != 0, said
    assert words in said, said
    assert "[emerg]" in said
    assert f"in {docket.conf}:" in said, said


STORE_MISTAKES = [
    ("map_size=1k", "map_size"),
    ("map_size=lots", "map_size"),
    ("sync=maybe", "sync=on|off"),
    ("max_size=1k", "max_size"),
    ("size=1g", "map_size=SIZE, max_size=SIZE or sync"),
]


@pytest.mark.parametrize("argument, words", STORE_MISTAKES)
def test_mistake_in_the_store_is_told(check, argument, words):
    code, said, docket = check(store=argument)
    assert code != 0 and words in said and f"in {docket.conf}:" in said, said


def test_a_store_is_needed_where_there_are_locations(check):
    code, said, _ = check(store=None)
    assert code != 0 and "docket_store" in said, said


def test_the_module_alone_needs_nothing(check):
    code, said, _ = check(store=None, locations="")
    assert code == 0, said


def test_uploads_need_to_know_where_results_are(check):
    code, said, docket = check(locations="location = /up { docket_upload; }")
    assert code != 0 and "docket_result_url" in said and f"in {docket.conf}:" in said, said
    code, said, _ = check(locations="location = /up { docket_upload; docket_result_url https://results.example/r/; }")
    assert code == 0, said


def test_the_default_language_needs_its_model(check, tmp_path):
    bare = {"TESSDATA_PREFIX": str(tmp_path)}
    code, said, docket = check(environment=bare)
    assert code != 0 and '"eng"' in said and "docket_languages" in said and f"in {docket.conf}:" in said, said
    code, said, _ = check(environment=bare, http="docket_ocr off;")
    assert code == 0, said


def test_a_log_that_cannot_be_opened_is_told(check):
    code, said, _ = check(http="docket_log /nowhere/jobs.log;")
    assert code != 0 and "[emerg]" in said and '"/nowhere/jobs.log" failed' in said, said


VALID = [
    ("http", "docket_formats text; docket_languages eng; docket_ocr force dpi=150;"),
    ("http", "docket_types pdf png jpeg tiff; docket_max_files 1; docket_max_pages 10; docket_max_pixels 50m;"),
    ("http", "docket_max_fields 1m; docket_memory_limit 512m; docket_cpu_limit 60s; docket_unit_timeout 5m;"),
    ("http", "docket_concurrency 8; docket_sandbox auto; docket_threads docket io=docket_io;"),
    ("http", "docket_options formats languages ocr pages page_separator password priority;"),
    ("server", "docket_options none;"),
    ("http", "docket_queue jobs=10 per_owner=2; docket_expire never; docket_keep_input off; docket_attempts 5;"),
    ("server", "docket_priority $arg_priority; docket_expire 12h; docket_keep_input on; docket_dedupe on;"),
    ("http", "docket_log jobs.log;"),
    ("server", "docket_log off; access_log jobs.log; location = /b { docket_upload; docket_log jobs.log; }"),
    ("http", "docket_callback https://hooks.example:8443/a?b=$request_id; docket_callback_from_client on;"),
    ("http", "docket_callback_allow only 10.0.0.0/8 fd00::/8 127.0.0.1 hooks.internal localhost;"),
    ("http", "docket_callback_retries 0 500ms 1m 2h 1d;"),
    ("server", "docket_callback off; docket_callback_secret off; docket_callback_allow none;"),
    ("http", f"docket_engine {ENGINE};"),
    ("server", "docket_formats text; docket_max_pages 5;"),
    ("server", "location = /b { docket_upload 201; docket_formats json; docket_ocr off; }"),
    ("server", "location = /b { docket_health live; }"),
    ("server", "location = /b { docket_tasks; }"),
    ("server", "location = /b { docket_events; docket_wait_max 0; } location /c { docket_events anyone; }"),
]


@pytest.mark.parametrize("where, directive", VALID, ids=[directive for _, directive in VALID])
def test_valid_directives_are_taken(check, where, directive):
    code, said, _ = check(**{where: directive})
    assert code == 0, said


def test_checking_leaves_no_trace(check):
    """`nginx -t` runs as root on machines that serve: it must open no store and start no engine."""
    code, said, docket = check()
    assert code == 0, said
    # nginx itself makes the folders of its paths, under -t, too.
    assert not docket.store.exists() or not list(docket.store.iterdir())


def test_values_are_inherited_and_replaced_whole(start):
    """A server's docket_formats hold in its locations, but for the location that names its own."""
    docket = start(server="docket_formats text;",
                   locations=LOCATIONS + "location = /json { docket_upload; docket_formats json; }")
    plain = docket.finish(docket.submit(documents.text_pdf(1)))
    assert list(plain["results"]) == ["text"]
    own = docket.finish(docket.submit(documents.text_pdf(1), path="/json"))
    assert list(own["results"]) == ["json"]
