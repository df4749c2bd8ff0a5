# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mark a release as having been live, and remove all but as many as are kept.

Arguments: the directory of the project, the id of the release, how many to keep with it, and what each id follows in
the paths that hold what else is remembered of a release. The newest stay, and one that never went live is not worth
one that did: after some failures nothing good would be left. Prints what it did; nothing, where all was done before.
"""

import pathlib
import shutil
import sys


def worth(release):
    return (release / ".live").exists(), release.stat().st_mtime


directory, live, keep, remembered = sys.argv[1:]
releases = pathlib.Path(directory, "releases")
if not (mark := releases / live / ".live").exists():
    mark.touch()
    print(f"{live}: is live")
others = sorted((path for path in releases.iterdir() if path.is_dir() and path.name != live), key=worth, reverse=True)
for release in others[int(keep) - 1 :]:
    # What is removed half is no release: a run can be killed here.
    (release / ".built").unlink(missing_ok=True)
    shutil.rmtree(f"{remembered}{release.name}", ignore_errors=True)
    shutil.rmtree(release)
    print(f"{release.name}: removed")
