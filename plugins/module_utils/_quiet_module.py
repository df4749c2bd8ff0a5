# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module whose arguments stay out of the journal of the host."""

from __future__ import annotations

from ansible.module_utils.basic import AnsibleModule


class QuietModule(AnsibleModule):
    """For arguments that hold secrets inside lists.

    Ansible writes the arguments of each module to the journal, as Python shows them. There it does not recognize a
    secret with a line break, a quote or a backslash, whatever its no_log says.
    """

    def _log_invocation(self) -> None:
        """Write nothing."""
