# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test hosts: Debian with systemd, sshd and addresses of its own, as Podman containers.

The hosts of an inventory are those with the variable `host_suite`; `host_ipv6` stands beside `ansible_host`, and
`host_ports` lists ports of this machine that lead to the host (as for `podman --publish`). `host_network` and
`host_subnets` are variables of the group `all`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import resource
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache"
KEY = CACHE / "ssh" / "id_ed25519"
NAMESPACE = Path("/run/hardened-django-hosts/mount")
CA_BUNDLE = Path("/etc/ssl/certs/ca-certificates.crt")
UV_CACHE = CACHE / "uv"
IMAGE = "localhost/hardened-django-host"
NETWORK_LABEL = "hardened-django-hosts"
CAP_SYS_RESOURCE = 24
BOOT_SECONDS = 120

# Command that must exist on the machine -> Debian package that brings it. The last two are used by Podman itself.
MACHINE_COMMANDS = {
    "podman": "podman",
    "runc": "runc",
    "nft": "nftables",
    "iptables": "iptables",
    "ip": "iproute2",
    "mmdebstrap": "mmdebstrap",
    "ssh": "openssh-client",
    "age": "age",
    "/usr/lib/podman/netavark": "netavark",
    "/usr/lib/podman/aardvark-dns": "aardvark-dns",
}
# What a Debian server has before Ansible sees it. What the roles install stays out.
HOST_PACKAGES = [
    "ca-certificates",
    "dbus",
    "iproute2",
    "libpam-systemd",
    "openssh-server",
    "procps",
    "python3",
    "python3-apt",
    "sudo",
    "systemd",
    "systemd-sysv",
]
# Runs in the root of a new image: no host keys (each host makes its own), an administrator as cloud images have it,
# no unit that cannot work in a container (it would leave the system "degraded"), and no wait for the disk after each
# file of a package (a quarter of the time of an installation; a test host need not survive a power failure).
HOST_SETUP = """
rm -f /etc/ssh/ssh_host_*
mkdir -p /etc/systemd/system/ssh.service.d
printf '[Service]\\nExecStartPre=\\nExecStartPre=/usr/bin/ssh-keygen -A\\nExecStartPre=/usr/sbin/sshd -t\\n' \
  >/etc/systemd/system/ssh.service.d/host-keys.conf
useradd --create-home --shell /bin/bash --groups sudo admin
echo 'admin ALL=(ALL:ALL) NOPASSWD: ALL' >/etc/sudoers.d/admin
chmod 0440 /etc/sudoers.d/admin
systemctl mask systemd-modules-load.service
echo force-unsafe-io >/etc/dpkg/dpkg.cfg.d/unsafe-io
update-ca-certificates
"""
AUTHORIZE = """
install -d -m 0700 /root/.ssh && echo "$1" >/root/.ssh/authorized_keys
install -d -m 0700 -o admin -g admin ~admin/.ssh && echo "$1" >~admin/.ssh/authorized_keys
cut -d ' ' -f 1,2 /etc/ssh/ssh_host_ed25519_key.pub
"""


class HostsError(Exception):
    """A failure that is told to the user without a traceback."""


@dataclass(frozen=True)
class Host:
    name: str
    suite: str
    ipv4: str
    ipv6: str
    ports: tuple[str, ...]


@dataclass(frozen=True)
class Inventory:
    network: str
    subnets: tuple[str, ...]
    hosts: tuple[Host, ...]


def say(started: float, message: str) -> None:
    print(f"[{time.monotonic() - started:.1f}s] {message}", flush=True)


def run(command: list[str]) -> str:
    done = subprocess.run(command, text=True, capture_output=True, check=False)
    if done.returncode:
        raise HostsError(f"{shlex.join(command)}\nended with {done.returncode}: {(done.stderr or done.stdout).strip()}")
    return done.stdout.strip()


def succeeds(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def as_root(*command: str) -> list[str]:
    return [*command] if os.geteuid() == 0 else ["sudo", "--", *command]


# The machine -----------------------------------------------------------------------------------------------------


def install() -> None:
    """Install the Debian packages that this machine lacks, and make the key for the test hosts."""
    started = time.monotonic()
    search = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    missing = [package for command, package in MACHINE_COMMANDS.items() if not shutil.which(command, path=search)]
    if not succeeds([sys.executable, "-c", "import ensurepip"]):
        missing.append("python3-venv")
    if missing:
        say(started, f"installing Debian packages: {' '.join(missing)}")
        environment = ["env", "DEBIAN_FRONTEND=noninteractive"]
        run(as_root("apt-get", "update", "--quiet"))
        run(as_root(*environment, "apt-get", "install", "--quiet", "--yes", "--no-install-recommends", *missing))
        say(started, "Debian packages installed")
    # Here, because scenarios that start at the same time use the same key.
    make_key()


def make_key() -> None:
    if not KEY.exists():
        KEY.parent.mkdir(parents=True, exist_ok=True)
        run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "hardened-django-test", "-f", str(KEY)])


def unified_cgroups() -> bool:
    return Path("/sys/fs/cgroup/cgroup.controllers").exists()


def enter_namespace() -> list[str]:
    """Prefix of every podman command: where the machine's cgroup tree is not unified, a mount namespace in which it is.

    Container runtimes refuse a hybrid tree. The namespace is kept by a file, so that all commands share it (containers
    live in it), and nothing changes outside.
    """
    if unified_cgroups():
        return as_root()
    enter = as_root("nsenter", f"--mount={NAMESPACE}")
    if not succeeds([*enter, "true"]):
        folder = NAMESPACE.parent
        run(as_root("mkdir", "-p", str(folder)))
        if not succeeds(["mountpoint", "--quiet", str(folder)]):
            run(as_root("mount", "--bind", str(folder), str(folder)))
            run(as_root("mount", "--make-private", str(folder)))
        run(as_root("touch", str(NAMESPACE)))
        unify = "umount -R /sys/fs/cgroup && mount -t cgroup2 cgroup2 /sys/fs/cgroup"
        run(as_root("unshare", f"--mount={NAMESPACE}", "sh", "-c", unify))
    return enter


def may_raise_limits() -> bool:
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    found = re.search(r"^CapBnd:\s*([0-9a-f]+)$", status, re.MULTILINE)
    return found is not None and bool(int(found.group(1), 16) >> CAP_SYS_RESOURCE & 1)


def podman_command() -> list[str]:
    # Without the right to raise limits crun fails where runc works.
    return [*enter_namespace(), "podman", *([] if may_raise_limits() else ["--runtime", "runc"])]


def limit_options() -> list[str]:
    """Limits of a host, where this machine does not allow Podman's defaults (which are higher than a test needs)."""
    if may_raise_limits():
        return []
    options = []
    for name, limit, enough in (("nofile", resource.RLIMIT_NOFILE, 20000), ("nproc", resource.RLIMIT_NPROC, 32768)):
        hard = resource.getrlimit(limit)[1]
        lowered = enough if hard == resource.RLIM_INFINITY else min(hard, enough)
        options.append(f"--ulimit={name}={lowered}:{lowered}")
    return options


# Images ----------------------------------------------------------------------------------------------------------


def certificates(bundle: str) -> list[str]:
    return re.findall(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----\n", bundle, re.DOTALL)


def local_authorities() -> list[str]:
    """Certificates that the machine trusts and Debian does not: behind such a machine the hosts need them too."""
    if not CA_BUNDLE.exists():
        return []
    debian = {
        certificate.strip()
        for path in Path("/usr/share/ca-certificates").rglob("*.crt")
        for certificate in certificates(path.read_text(encoding="utf-8"))
    }
    trusted = certificates(CA_BUNDLE.read_text(encoding="utf-8"))
    return sorted({certificate for certificate in trusted if certificate.strip() not in debian})


def image_key(suite: str, authorities: list[str]) -> str:
    recipe = json.dumps([suite, HOST_PACKAGES, HOST_SETUP, authorities])
    return hashlib.sha256(recipe.encode()).hexdigest()[:16]


def image(suite: str) -> str:
    """Build the image of a suite unless there is one of the same recipe; return its name."""
    started = time.monotonic()
    authorities = local_authorities()
    name = f"{IMAGE}:{suite}-{image_key(suite, authorities)}"
    podman = podman_command()
    if succeeds([*podman, "image", "exists", name]):
        return name
    say(started, f"building host image {suite} (about half a minute)")
    with tempfile.TemporaryDirectory(prefix="hardened-django-") as folder:
        local = Path(folder, "authorities")
        local.mkdir()
        for number, certificate in enumerate(authorities):
            Path(local, f"machine-{number}.crt").write_text(certificate, encoding="utf-8")
        setup = Path(folder, "setup")
        setup.write_text(f"set -e\n{HOST_SETUP}", encoding="utf-8")
        archive = Path(folder, "root.tar")
        run(
            as_root(
                "mmdebstrap",
                "--variant=minbase",
                f"--include={','.join(HOST_PACKAGES)}",
                f"--customize-hook=sync-in {local} /usr/local/share/ca-certificates",
                f'--customize-hook=chroot "$1" sh <{setup}',
                suite,
                str(archive),
            )
        )
        run([*podman, "import", "--quiet", str(archive), name])
        run(as_root("rm", str(archive)))
    say(started, f"host image {suite} built")
    return name


def clean() -> None:
    """Remove every host, network and image of this tool, and what the hosts left in the shared cache."""
    podman = podman_command()
    for kind, listing in (
        ("network", ["network", "ls", "--quiet", "--filter", f"label={NETWORK_LABEL}"]),
        ("image", ["images", "--quiet", "--filter", f"reference={IMAGE}"]),
    ):
        names = run([*podman, *listing]).split()
        if names:
            run([*podman, kind, "rm", "--force", *names])
    run(as_root("rm", "-rf", str(UV_CACHE)))


# Hosts -----------------------------------------------------------------------------------------------------------


def group_hosts(group: dict[str, Any]) -> dict[str, dict[str, Any]]:
    hosts = {name: dict(variables or {}) for name, variables in (group.get("hosts") or {}).items()}
    for child in (group.get("children") or {}).values():
        for name, variables in group_hosts(child or {}).items():
            hosts.setdefault(name, {}).update(variables)
    return hosts


def read_inventory(folder: str) -> Inventory:
    import yaml  # not in the standard library, and `install` runs before it is there

    path = Path(folder, "hosts.yml")
    try:
        everything = yaml.safe_load(path.read_text(encoding="utf-8"))["all"]
        variables = everything["vars"]
        hosts = tuple(
            Host(
                name,
                values["host_suite"],
                values["ansible_host"],
                values["host_ipv6"],
                tuple(values.get("host_ports", ())),
            )
            for name, values in group_hosts(everything).items()
            if "host_suite" in values
        )
        return Inventory(variables["host_network"], tuple(variables["host_subnets"]), hosts)
    except OSError as error:
        raise HostsError(f"cannot read the inventory: {error}") from error
    except KeyError as error:
        raise HostsError(f"{path} does not set {error}") from error


def hardware_address(host: Host) -> str:
    return ":".join(["52:54", *(f"{int(part):02x}" for part in host.ipv4.split("."))])


def boot_options(host: Host, inventory: Inventory, image_name: str) -> list[str]:
    UV_CACHE.mkdir(parents=True, exist_ok=True)
    return [
        f"--hostname={host.name}",
        # As a machine does, it keeps its hardware address when it boots again; its neighbours remember that.
        f"--network={inventory.network}:ip={host.ipv4},ip6={host.ipv6},mac={hardware_address(host)},alias={host.name}",
        *(f"--publish={port}" for port in host.ports),
        # Units with a sandbox need more than a container's usual rights.
        "--privileged",
        "--systemd=always",
        "--pids-limit=-1",
        *limit_options(),
        # Downloads are shared by all hosts; uv locks its cache.
        f"--volume={UV_CACHE}:/var/cache/uv",
        image_name,
        # LoadCredential= delivers an empty folder unless mounts propagate.
        "sh",
        "-c",
        "mount --make-rshared / && exec /sbin/init",
    ]


def boot(podman: list[str], container: str, options: list[str]) -> bool:
    """Have the container running with these options; return whether it is a new one."""
    spec = hashlib.sha256(json.dumps(options).encode()).hexdigest()[:16]
    form = '{{index .Config.Labels "spec"}} {{.State.Running}}'
    found = subprocess.run(
        [*podman, "container", "inspect", "--format", form, container], text=True, capture_output=True, check=False
    )
    if found.stdout.split() == [spec, "true"]:
        return False
    if found.stdout.split() == [spec, "false"] and succeeds([*podman, "start", container]):
        return False
    run([*podman, "rm", "--force", "--time", "0", "--ignore", container])
    run([*podman, "run", "--detach", f"--name={container}", f"--label=spec={spec}", *options])
    return True


def wait_until_running(podman: list[str], container: str, is_new: bool) -> None:
    state = [*podman, "exec", container, "systemctl", "is-system-running", "--wait"]
    deadline = time.monotonic() + BOOT_SECONDS
    while True:
        answer = subprocess.run(state, text=True, capture_output=True, check=False).stdout.strip()
        # A reused host may carry a unit that somebody's test broke; the next playbook run repairs it.
        if answer == "running" or (answer == "degraded" and not is_new):
            return
        if answer == "degraded" or time.monotonic() > deadline:
            failed = run([*podman, "exec", container, "systemctl", "--failed", "--no-legend", "--plain"])
            raise HostsError(f"{container} is {answer or 'not booted'}; failed units: {failed}")
        time.sleep(0.1)  # systemd is not yet listening, so there is nothing to wait on


def up_host(podman: list[str], inventory: Inventory, host: Host, image_name: str, public_key: str) -> str:
    """Start one host; return its public host key."""
    started = time.monotonic()
    container = f"{inventory.network}-{host.name}"
    is_new = boot(podman, container, boot_options(host, inventory, image_name))
    wait_until_running(podman, container, is_new)
    host_key = run([*podman, "exec", container, "sh", "-ec", AUTHORIZE, "sh", public_key])
    with socket.create_connection((host.ipv4, 22), timeout=10) as connection:
        if not connection.recv(4).startswith(b"SSH-"):
            raise HostsError(f"{host.name} does not answer SSH at {host.ipv4}")
    say(started, f"host {host.name} {'started' if is_new else 'is up'} ({host.suite}, {host.ipv4}, {host.ipv6})")
    return host_key


def up(folder: str) -> None:
    """Start the hosts of an inventory; reuse what is there, repair what is not as it should be."""
    inventory = read_inventory(folder)
    podman = podman_command()
    public_key = KEY.with_suffix(".pub").read_text(encoding="utf-8").strip()
    images = {suite: image(suite) for suite in sorted({host.suite for host in inventory.hosts})}
    if not succeeds([*podman, "network", "exists", inventory.network]):
        subnets = [f"--subnet={subnet}" for subnet in inventory.subnets]
        run([*podman, "network", "create", "--ipv6", f"--label={NETWORK_LABEL}", *subnets, inventory.network])
    with ThreadPoolExecutor() as pool:
        host_keys = pool.map(
            lambda host: up_host(podman, inventory, host, images[host.suite], public_key), inventory.hosts
        )
        write_ssh_files(inventory, dict(zip(inventory.hosts, host_keys, strict=True)))


def ssh_file(kind: str, inventory: Inventory) -> Path:
    return KEY.parent / f"{kind}-{inventory.network}"


def write_ssh_files(inventory: Inventory, host_keys: dict[Host, str]) -> None:
    """Write what `ssh -F` needs: hosts are verified like any others, and the user's own files stay out of it."""
    known = ssh_file("known_hosts", inventory)
    known.write_text("".join(f"{host.ipv4} {key}\n" for host, key in host_keys.items()), encoding="utf-8")
    names = [f"Host {host.name} {host.ipv4}\n  HostName {host.ipv4}\n" for host in host_keys]
    shared = (
        f"Host *\n  User admin\n  IdentityFile {KEY}\n  IdentitiesOnly yes\n"
        f"  UserKnownHostsFile {known}\n  StrictHostKeyChecking yes\n"
    )
    ssh_file("config", inventory).write_text("".join(names) + shared, encoding="utf-8")


def down(folder: str) -> None:
    """Remove the hosts and the network of an inventory."""
    started = time.monotonic()
    inventory = read_inventory(folder)
    podman = podman_command()
    containers = [f"{inventory.network}-{host.name}" for host in inventory.hosts]
    run([*podman, "rm", "--force", "--ignore", "--time", "0", "--volumes", *containers])
    if succeeds([*podman, "network", "exists", inventory.network]):
        run([*podman, "network", "rm", "--force", inventory.network])
    for kind in ("config", "known_hosts"):
        ssh_file(kind, inventory).unlink(missing_ok=True)
    say(started, f"hosts of {inventory.network} removed")


def main() -> int:
    parser = argparse.ArgumentParser(description="Test hosts in Podman.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("install", help="install the Debian packages this machine lacks; make the SSH key")
    commands.add_parser("image", help="build the image of a Debian suite").add_argument("suite")
    commands.add_parser("clean", help="remove all hosts, networks and images")
    commands.add_parser("up", help="start the hosts of an inventory folder").add_argument("inventory")
    commands.add_parser("down", help="remove the hosts of an inventory folder").add_argument("inventory")
    commands.add_parser("podman", help="run podman where the hosts live").add_argument(
        "arguments", nargs=argparse.REMAINDER
    )
    options = parser.parse_args()
    try:
        if options.command == "install":
            install()
        elif options.command == "image":
            print(image(options.suite))
        elif options.command == "clean":
            clean()
        elif options.command == "up":
            up(options.inventory)
        elif options.command == "down":
            down(options.inventory)
        else:
            return subprocess.run([*podman_command(), *options.arguments], check=False).returncode
    except HostsError as error:
        print(f"hosts: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
