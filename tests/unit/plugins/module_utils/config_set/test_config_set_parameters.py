from __future__ import annotations

import pytest
from ansible_collections.hardened.django.plugins.module_utils._config_set import paths
from ansible_collections.hardened.django.plugins.module_utils._config_set.parameters import config_set

EMPTY = {
    "base": "",
    "directories": [],
    "files": [],
    "links": [],
    "absent": [],
    "validate": [],
    "verify": [],
    "units": [],
}
OWNED = {"path": "/etc/x", "fragments": "", "owner": "root", "group": "root", "mode": "0644"}


def parameters(**changes):
    return {"name": "blog-nginx", **EMPTY, **changes}


def test_commands_are_split_like_in_a_shell():
    config = config_set(parameters(validate=["nginx -t -c '/etc/a b.conf'"], verify=["curl --fail $HOME"]))
    assert config.validate == (("nginx", "-t", "-c", "/etc/a b.conf"),)
    assert config.verify == (("curl", "--fail", "$HOME"),)


@pytest.mark.parametrize("line", ["nginx 'unbalanced", "", "  "])
@pytest.mark.parametrize("option", ["validate", "verify"])
def test_a_command_that_is_none_is_refused(option, line):
    with pytest.raises(paths.Refused, match="command"):
        config_set(parameters(**{option: [line]}))


@pytest.mark.parametrize(("mode", "expected"), [("0644", 0o644), ("02750", 0o2750), ("1777", 0o1777), ("0000", 0)])
def test_modes(mode, expected):
    [directory] = config_set(parameters(directories=[{**OWNED, "mode": mode}])).paths
    assert directory.mode == expected


@pytest.mark.parametrize("mode", ["420", "644", "u=rw", "0888", "", "0o644"])
def test_a_mode_that_yaml_may_have_changed_is_refused(mode):
    with pytest.raises(paths.Refused, match=f"mode '{mode}' of '/etc/x' must be a quoted octal number"):
        config_set(parameters(files=[{**OWNED, "mode": mode, "content": "", "secret_content": None}]))


@pytest.mark.parametrize("name", ["", ".hidden", "a/b", "..", "a b", "blog\n"])
def test_a_name_that_is_no_file_name_is_refused(name):
    with pytest.raises(paths.Refused, match="name '"):
        config_set(parameters(name=name))


def test_an_empty_secret_is_still_a_secret():
    [file] = config_set(parameters(files=[{**OWNED, "content": None, "secret_content": ""}])).paths
    assert (file.content, file.secret) == (b"", True)


def test_relative_paths_start_from_the_base():
    unit = {"name": "a", "enabled": None, "state": "started", "on_change": "none", "restart_on": ["x", "/etc/y"]}
    config = config_set(parameters(base="/srv/blog", absent=["x", "/etc/y"], units=[unit]))
    assert [item.path for item in config.paths] == ["/srv/blog/x", "/etc/y"]
    assert config.units[0].restart_on == ("/srv/blog/x", "/etc/y")
