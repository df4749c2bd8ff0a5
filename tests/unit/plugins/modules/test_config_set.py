from __future__ import annotations

import grp
import json
import os
import pwd
from pathlib import Path

import pytest
import yaml
from ansible.module_utils.testing import patch_module_args
from ansible_collections.hardened.django.plugins.module_utils._config_set import transaction
from ansible_collections.hardened.django.plugins.modules import config_set

SECRET = "s3cret-value"
OWN = {"owner": pwd.getpwuid(os.geteuid()).pw_name, "group": grp.getgrgid(os.getegid()).gr_name}


@pytest.fixture
def run_module(tmp_path, monkeypatch, capsys):
    """Run the module; return its result."""

    def run(check_mode=False, **parameters):
        arguments = {"name": "blog", "_ansible_check_mode": check_mode, "_ansible_diff": True, **parameters}
        with patch_module_args(arguments), pytest.raises(SystemExit):
            config_set.main()
        return json.loads(capsys.readouterr().out)

    monkeypatch.setattr(
        config_set, "Host", lambda runner: transaction.Host(runner, str(tmp_path / "var/lib/config_set"))
    )
    (tmp_path / "var/lib").mkdir(parents=True)
    return run


def test_a_changed_set_and_an_unchanged_one(run_module, tmp_path):
    files = [{"path": f"{tmp_path}/f", "content": "x\n", **OWN}]
    changed, unchanged = run_module(files=files), run_module(files=files)
    assert (changed["changed"], changed["paths"], changed["units"]) == (True, [f"{tmp_path}/f"], {})
    assert [entry["after_header"] for entry in changed["diff"]] == [f"{tmp_path}/f"] * 2
    assert (unchanged["changed"], unchanged["paths"], unchanged["diff"]) == (False, [], [])


def test_check_mode_writes_nothing(run_module, tmp_path):
    result = run_module(check_mode=True, files=[{"path": f"{tmp_path}/f", "content": "x\n"}], validate=["false"])
    assert result["changed"]
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["lib", "var"]


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_file_that_is_no_longer_listed_is_removed_and_shown(run_module, tmp_path, check_mode):
    one, two = ({"path": f"{tmp_path}/{name}", "content": "x\n", **OWN} for name in ("one", "two"))
    run_module(files=[one, two])
    result = run_module(check_mode=check_mode, files=[one])
    assert (result["changed"], result["paths"]) == (True, [two["path"]])
    assert {entry["after_header"] for entry in result["diff"]} == {two["path"]}
    assert (tmp_path / "two").exists() is check_mode
    assert run_module(files=[one])["changed"] is check_mode


def test_a_failing_validator_brings_a_removed_file_back(run_module, tmp_path):
    run_module(files=[{"path": f"{tmp_path}/f", "content": "x\n", **OWN}])
    result = run_module(validate=["false"])
    assert result["restored"]
    assert (tmp_path / "f").read_text() == "x\n"


def test_a_damaged_manifest_is_told(run_module, tmp_path):
    directory = tmp_path / "var/lib/config_set/blog"
    directory.mkdir(parents=True)
    (directory / "manifest.json").write_text("{")
    assert run_module()["msg"].startswith(f"config set 'blog': the manifest '{directory}/manifest.json' is damaged")


def test_a_failing_validator_is_told(run_module, tmp_path):
    result = run_module(files=[{"path": f"{tmp_path}/f", "content": "x\n", **OWN}], validate=["ls --no-such-option"])
    assert result["failed"]
    assert result["restored"]
    assert "config set 'blog': 'ls --no-such-option' ended with exit code 2: ls: " in result["msg"]
    assert not (tmp_path / "f").exists()


def test_a_validator_may_print_what_is_no_text(run_module, tmp_path):
    file = {"path": f"{tmp_path}/f", "content": "x\n", **OWN}
    result = run_module(files=[file], validate=[r"""sh -c 'printf "wrong \377key"; exit 1'"""])
    assert "ended with exit code 1: wrong \ufffdkey" in result["msg"]


def test_a_validator_that_is_not_installed_is_told(run_module, tmp_path):
    result = run_module(files=[{"path": f"{tmp_path}/f", "content": "x\n", **OWN}], validate=["no-such-command -t"])
    assert "'no-such-command -t' could not be run: No such file or directory" in result["msg"]
    assert not (tmp_path / "f").exists()


def test_a_validator_runs_without_a_shell(run_module, tmp_path):
    file = {"path": f"{tmp_path}/$HOME", "content": "x\n", **OWN}
    assert not run_module(files=[file], validate=[f"test -e {tmp_path}/$HOME"]).get("failed")


def test_a_refused_set_is_told(run_module, tmp_path):
    result = run_module(files=[{"path": "f", "content": "x\n", **OWN}])
    assert result["failed"]
    assert result["msg"].startswith("config set 'blog': path 'f' must be absolute")


@pytest.mark.parametrize("contents", [{}, {"content": "x", "secret_content": "y"}])
def test_a_file_has_one_content(run_module, tmp_path, contents):
    assert "secret_content" in run_module(files=[{"path": f"{tmp_path}/f", **contents}])["msg"]


@pytest.mark.parametrize("outcome", ["success", "failure"])
def test_a_secret_is_in_no_result(run_module, tmp_path, outcome):
    path = tmp_path / "key"
    path.write_text(f"old {SECRET}\n")
    file = {"path": str(path), "secret_content": f"new {SECRET}\n", "mode": "0400", **OWN}
    validate = [] if outcome == "success" else [f"grep {SECRET[:4]} --no-such-option {path}", f"false {path}"]
    result = run_module(files=[file], validate=validate)
    assert result.get("failed", False) is (outcome == "failure")
    assert SECRET not in json.dumps({key: value for key, value in result.items() if key != "invocation"})
    assert SECRET not in json.dumps(result.get("invocation", {}))


def test_a_validator_that_prints_the_secret_is_silenced(run_module, tmp_path):
    path = tmp_path / "key"
    file = {"path": str(path), "secret_content": f"password {SECRET}\n", **OWN}
    result = run_module(files=[file], validate=[f"awk '{{ print $2; exit 1 }}' {path}"])
    assert "ended with exit code 1: ********" in result["msg"]
    assert SECRET not in json.dumps(result)


def whole(tmp_path, name, **fragment):
    """The files of one of several sets that write one file together."""
    directory = f"{tmp_path}/whole.d"
    return {
        "name": name,
        "directories": [{"path": directory, **OWN}],
        "files": [
            {"path": f"{tmp_path}/whole", "content": "first\n@fragments@\nlast\n", "fragments": directory, **OWN},
            {"path": f"{directory}/{name}", "content": f"of {name}\n", **OWN, **fragment},
        ],
    }


def test_several_sets_write_one_file(run_module, tmp_path):
    for name in ("one", "two"):
        assert run_module(**whole(tmp_path, name))["changed"]
    assert (tmp_path / "whole").read_text() == "first\nof one\nof two\nlast\n"
    assert not run_module(**whole(tmp_path, "one"))["changed"]
    assert run_module(**whole(tmp_path, "two", content="new\n"))["paths"] == [
        f"{tmp_path}/whole",
        f"{tmp_path}/whole.d/two",
    ]
    assert (tmp_path / "whole").read_text() == "first\nof one\nnew\nlast\n"
    refused = run_module(**whole(tmp_path, "two", content="wrong\n"), validate=[f"grep -q new {tmp_path}/whole"])
    assert refused["restored"]
    assert (tmp_path / "whole").read_text() == "first\nof one\nnew\nlast\n"
    # A set that has gone leaves the file to the others; the next run of one of them takes its fragment out.
    run_module(name="one")
    assert run_module(**whole(tmp_path, "two"))["paths"] == [f"{tmp_path}/whole", f"{tmp_path}/whole.d/two"]
    assert (tmp_path / "whole").read_text() == "first\nof two\nlast\n"


def test_a_whole_without_a_place_for_fragments_is_refused(run_module, tmp_path):
    file = {"path": f"{tmp_path}/whole", "content": "x\n", "fragments": f"{tmp_path}/whole.d", **OWN}
    assert "must hold the line '@fragments@' once" in run_module(files=[file])["msg"]


def test_documentation_and_arguments_name_the_same_options():
    def shape(options, children):
        return {
            name: (option.get("default"), option.get("choices"), shape(option.get(children, {}), children))
            for name, option in options.items()
        }

    documented = yaml.safe_load(config_set.DOCUMENTATION)["options"]
    assert shape(documented, "suboptions") == shape(config_set.ARGUMENTS, "options")


def test_results_are_documented(run_module, tmp_path: Path):
    returned = set(yaml.safe_load(config_set.RETURN))
    success = run_module(files=[{"path": f"{tmp_path}/f", "content": "x\n", **OWN}])
    failure = run_module(files=[{"path": f"{tmp_path}/f", "content": "y\n", **OWN}], validate=["false"])
    assert returned == (set(success) | set(failure)) - {"changed", "diff", "invocation", "failed", "msg"}
