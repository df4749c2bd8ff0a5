# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the site logs in with at a data server, and how one login follows another while both are good."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError

Reading = t.Mapping[str, t.Mapping[str, str]]
PHASES = ("keep", "stage", "promote", "finish")
STATES = ("", "_next", "_former")


class Login(t.NamedTuple):
    """A user of the server, and its password."""

    user: str
    password: str


class Held(t.NamedTuple):
    """What one host has: the login in use, the one that is to follow it, and the one it followed."""

    current: Login
    next: Login | None
    former: Login | None

    def goes_to(self, password: str) -> bool:
        """Whether a rotation to the password is under way."""
        goal = self.next if self.next != self.current else None
        return bool(goal and goal.password == password) or bool(self.former and self.current.password == password)


class Kind:
    """The secrets of one kind of login: NAME_user where users take turns, and NAME_password."""

    def __init__(self, name: str, users: t.Sequence[str]) -> None:
        self.name = name
        self.users = users

    def read(self, reading: Reading) -> Held | None:
        current, following, former = (self._read(reading["current"], state) for state in STATES)
        return Held(current, following, former) if current else None

    def _read(self, current: t.Mapping[str, str], state: str) -> Login | None:
        password = current.get(f"{self.name}_password{state}")
        user = current.get(f"{self.name}_user{state}", "")
        # A host of before users took turns has the first one; a user that the inventory does not know any more is gone.
        known = user if user in self.users else next(iter(self.users), "")
        return Login(known, password) if password else None

    def write(self, held: Held) -> dict[str, str]:
        secrets = {}
        for state, login in zip(STATES, held):
            if login:
                secrets[f"{self.name}_password{state}"] = login.password
                if self.users:
                    secrets[f"{self.name}_user{state}"] = login.user
        return secrets

    def after(self, login: Login, password: str) -> Login:
        """The login that follows: the other user where there are two, with this password."""
        return Login(next((user for user in self.users if user != login.user), login.user), password)


def _one(found: t.Mapping[str, Login | None], kind: Kind, state: str) -> Login | None:
    """The login that hosts have in a state, where any has one."""
    logins = list(dict.fromkeys(login for login in found.values() if login))
    if len(logins) > 1:
        holders = ", ".join(host for host, login in found.items() if login)
        raise AnsibleFilterError(
            f"The hosts {holders} hold different values of the secret {kind.name}_password{state}. "
            f"Set secrets_{kind.name}_password to the right one, or remove the file from the hosts that are wrong."
        )
    return logins[0] if logins else None


def _agree(found: t.Mapping[str, Held], kind: Kind, given: str) -> Held:
    """What all hosts are to have. A login that one host uses already is good for all: the server knew it before."""
    former = _one({host: held.former for host, held in found.items()}, kind, "_former")
    promoted = [held.current for held in found.values() if held.former]
    if promoted:
        used = _one({host: held.current for host, held in found.items() if held.current != former}, kind, "")
        return Held(used or promoted[0], None, former)
    following = _one({host: held.next for host, held in found.items()}, kind, "_next")
    currents = {host: held.current for host, held in found.items()}
    if given not in (login.password for login in currents.values()):
        _one(currents, kind, "")
        given = next(iter(currents.values())).password
    current = next(login for login in currents.values() if login.password == given)
    return Held(current, following, None)


def _staged(held: Held, kind: Kind, given: str, candidate: str) -> Held:
    if given and given == held.current.password:
        raise AnsibleFilterError(
            f"secrets_{kind.name}_password is the password in use. Set it to the new one, or leave it empty to have "
            "one generated."
        )
    if given or not held.next:
        return held._replace(next=kind.after(held.current, given or candidate))
    return held


def _promoted(held: Held, kind: Kind) -> Held:
    if held.former and not held.next:
        return held
    if not held.next:
        raise AnsibleFilterError(f"No host has a next {kind.name} password yet: stage one first.")
    return Held(held.next, None, held.current)


def rotated_login(
    readings: t.Mapping[str, Reading],
    name: str,
    given: str = "",
    users: t.Sequence[str] = (),
    phase: str = "keep",
    ours: bool = True,
) -> dict[str, str]:
    """The secrets of a login on all hosts after a phase. Messages name hosts and secrets, never values."""
    if phase not in PHASES:
        raise AnsibleFilterError(f"{phase!r} is no phase of a rotation; there are {', '.join(PHASES)}.")
    kind = Kind(name, users)
    candidates = next(iter(readings.values()))["candidates"]
    found = {host: held for host, reading in readings.items() if (held := kind.read(reading))}
    at_once = given and not ours and not any(held.goes_to(given) for held in found.values())
    if at_once or not found:
        password = given or candidates[f"{name}_password"]
        return kind.write(Held(Login(next(iter(users), ""), password), None, None))
    held = _agree(found, kind, given)
    if phase == "stage":
        held = _staged(held, kind, given, candidates.get(f"{name}_password_next", ""))
    elif phase == "promote":
        held = _promoted(held, kind)
    elif phase == "finish":
        held = held._replace(former=None)
    return kind.write(held)


class FilterModule:
    """Name under which the role finds the filter."""

    def filters(self) -> dict[str, t.Callable[..., dict[str, str]]]:
        return {"rotated_login": rotated_login}
