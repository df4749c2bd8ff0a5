# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Print the secrets of a host as a JSON object, encrypted with age. Arguments: directory, recipients.

They reach neither a file nor another host unencrypted.
"""

import json
import os
import subprocess
import sys

directory, *recipients = sys.argv[1:]
secrets = {}
for name in sorted(name for name in os.listdir(directory) if not name.startswith(".")):
    with open(os.path.join(directory, name), encoding="utf-8", newline="") as stream:
        secrets[name] = stream.read()
options = [word for recipient in recipients for word in ("--recipient", recipient)]
subprocess.run(["age", "--encrypt", "--armor", *options], input=json.dumps(secrets), text=True, check=True)
