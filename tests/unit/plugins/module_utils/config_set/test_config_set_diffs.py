from __future__ import annotations

import pytest
from ansible_collections.hardened.django.plugins.module_utils._config_set import diffs, paths

SECRET = "s3cret-value"


def describe(wanted):
    return diffs.describe(paths.plan([wanted], assume_prepared=True))


def test_new_content_beside_the_old_one(etc, want):
    (etc / "f").write_text("old\n")
    (etc / "f").chmod(0o644)
    header = f"{etc}/f"
    assert describe(want.file(etc / "f")) == [
        {"before_header": header, "after_header": header, "before": "old\n", "after": "new\n"}
    ]


def test_a_change_of_mode_alone(etc, want):
    (etc / "f").write_text("new\n")
    (etc / "f").chmod(0o644)
    [entry] = describe(want.file(etc / "f", mode=0o600))
    assert entry["before"].endswith("mode: 0644\n")
    assert entry["after"].endswith("mode: 0600\n")


def test_an_owner_who_does_not_exist_yet_is_shown_by_name(etc, want):
    attributes, content = describe(want.file(etc / "f")._replace(owner="later"))
    assert attributes["before"] == "kind: absent\n"
    assert "owner: later\n" in attributes["after"]
    assert (content["before"], content["after"]) == ("", "new\n")


def test_links_and_removals(etc, want):
    (etc / "l").symlink_to("old")
    [link] = describe(want.link(etc / "l", "new"))
    [removal] = describe(want.absent(etc / "l"))
    assert (link["before"], link["after"]) == ("kind: link\ntarget: old\n", "kind: link\ntarget: new\n")
    assert (removal["before"], removal["after"]) == (link["before"], "kind: absent\n")


def test_what_is_no_text_is_not_shown(etc, want):
    (etc / "f").write_bytes(b"\xff\x00")
    (etc / "f").chmod(0o644)
    [entry] = describe(want.file(etc / "f"))
    assert entry["before"] == "(the content is not text)\n"


@pytest.mark.parametrize("mode", [0o600, 0o644])
def test_a_secret_is_shown_on_neither_side(etc, want, mode):
    (etc / "f").write_text(f"old {SECRET}\n")
    (etc / "f").chmod(mode)
    entries = describe(want.file(etc / "f", f"new {SECRET}\n", 0o600, secret=True))
    assert entries[-1]["before"] != entries[-1]["after"]
    assert SECRET not in str(entries)


@pytest.mark.parametrize("kind", ["file", "link", "absent"])
def test_an_old_file_that_only_some_may_read_is_not_shown(etc, want, kind):
    (etc / "f").write_text(f"old {SECRET}\n")
    (etc / "f").chmod(0o640)
    wanted = {"file": want.file(etc / "f"), "link": want.link(etc / "f", "x"), "absent": want.absent(etc / "f")}[kind]
    entries = describe(wanted)
    assert "(the old content is not shown)\n" in [entry["before"] for entry in entries]
    assert SECRET not in str(entries)
