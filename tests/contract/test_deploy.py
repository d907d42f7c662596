"""deploy/ onto a terminal and a server: units that systemd takes, programs and commands that there are."""

from __future__ import annotations

import os
import re
import shutil
import socket
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

from domain.home import INSTALLED

ROOT = Path(__file__).parents[2]
UNITS = sorted((ROOT / "deploy" / "systemd").iterdir())
OURS = "/opt/bianminting/bin/"
"""Where the guide puts the program; in tests the programs of this environment stand in for it."""

COPIES = "/var/backups/bianminting-hub"
"""Where the nightly copies of the hub are unless somebody says otherwise."""

Directives = dict[str, dict[str, list[str]]]


def directives(unit: Path) -> Directives:
    """{section: {key: values in order}} of a unit file; a line that is no unit file's is a failure."""
    found: Directives = {}
    section = ""
    for number, line in enumerate(unit.read_text("utf-8").splitlines(), 1):
        if not line or line.startswith(("#", ";")):
            continue
        if head := re.fullmatch(r"\[([A-Z][A-Za-z]+)\]", line):
            section = head[1]
            found.setdefault(section, {})
            continue
        key = re.fullmatch(r"([A-Z][A-Za-z]+)=(.*)", line)
        assert key is not None and section, f"{unit.name}:{number}: {line}"
        found[section].setdefault(key[1], []).append(key[2])
    return found


def unit(name: str) -> Directives:
    return directives(ROOT / "deploy" / "systemd" / name)


SERVICES = [path.name for path in UNITS if path.suffix == ".service"]
SECTIONS = {
    ".service": {"Unit", "Service", "Install"},
    ".timer": {"Unit", "Timer", "Install"},
    ".path": {"Unit", "Path", "Install"},
}
ROOTS = {"bianminting-display.service", "bianminting-pcscd-restart.service"}
"""What runs as root: the X server, and the one thing that the kiosk may ask root for."""
CAPABILITIES = {"bianminting-privacy-scan.service": "CAP_SYS_PTRACE CAP_DAC_READ_SEARCH"}


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_is_one_and_names_only_units_that_there_are(path: Path) -> None:
    said = directives(path)
    assert set(said) <= SECTIONS[path.suffix]
    assert said["Unit"]["Description"]
    named = {
        word
        for key in ("Requires", "Wants", "BindsTo", "PartOf", "After", "Before", "JoinsNamespaceOf")
        for value in said["Unit"].get(key, [])
        for word in value.split()
    }
    debian = {"pcscd.socket", "postgresql.service"}
    own = {unit.name for unit in UNITS}
    assert {name for name in named if not name.endswith(".target")} <= own | debian
    for pulled in named & own:
        assert pulled in {word for value in said["Unit"]["After"] for word in value.split()}


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    """With systemd's own eyes where the machine has them; the tests around this one look in any case."""
    for path in UNITS:
        text = path.read_text("utf-8").replace(OURS, f"{Path(sys.executable).parent}/")
        (tmp_path / path.name).write_text(text.replace("/usr/lib/xorg/Xorg", "/bin/true"), "utf-8")
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        return
    run = subprocess.run(
        [analyze, "verify", "--man=no", *(str(tmp_path / path.name) for path in UNITS)],
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
    )
    # Pauses that grow came with systemd 254; an older one says that it passes them over.
    newer = re.compile(r"Unknown key (name )?'Restart(Steps|MaxDelaySec)' in section '?\[?Service")
    complaints = [line for line in run.stderr.splitlines() if str(tmp_path) in line and not newer.search(line)]
    assert (run.returncode, complaints) == (0, [])


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_service_starts_exists_and_takes_these_options(name: str) -> None:
    service = unit(name)["Service"]
    started = [line.lstrip("-+!@:") for key in ("ExecStartPre", "ExecStart") for line in service.get(key, [])]
    assert started
    for line in started:
        program, *arguments = line.split()
        if not program.startswith(OURS):
            continue
        own = Path(sys.executable).with_name(Path(program).name)
        assert own.is_file(), f"{program} is none of ours"
        run = subprocess.run(
            [str(own), *arguments, "--help"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=50
        )
        assert run.returncode == 0, run.stderr
        assert "usage" in run.stdout.lower()


@pytest.mark.parametrize("name", [name for name in SERVICES if name not in ROOTS])
def test_our_programs_run_shut_in(name: str) -> None:
    service = {key: values[-1] for key, values in unit(name)["Service"].items()}
    account = "bianminting-hub" if "hub" in name else "bianminting"
    assert (service["User"], service["Group"]) == (account, account)
    home = str(INSTALLED)
    assert f"BIANMINTING_HOME={home}" in unit(name)["Service"]["Environment"]
    sticks = " -/media" if name.startswith("bianminting-kiosk") else ""  # staff hand out reports on them
    copies = f" {COPIES}" if name == "bianminting-hub-backup.service" else ""
    assert service["ReadWritePaths"] == f"{home}{sticks}{copies}"
    assert service["StateDirectory"] == Path(home).name
    expected = {
        "NoNewPrivileges": "yes",
        "ProtectSystem": "strict",
        "ProtectHome": "yes",
        "PrivateTmp": "yes",
        "CapabilityBoundingSet": CAPABILITIES.get(name, ""),
        "LimitCORE": "0",
    }
    assert {key: service[key] for key in expected} == expected
    assert service["SystemCallFilter"].split()[0] == "@system-service"
    assert "WatchdogSec" not in service, "the program does not notify"


def test_the_kiosk_never_gives_up_and_stays_off_when_staff_say_so() -> None:
    said = unit("bianminting-kiosk.service")
    service = said["Service"]
    assert said["Unit"]["StartLimitIntervalSec"] == ["0"]
    assert service["Restart"] == ["always"]
    assert service["RestartPreventExitStatus"] == ["0"]
    assert int(service["RestartSec"][0]) >= 5
    assert service["StateDirectoryMode"] == ["0700"]
    assert service["MemorySwapMax"] == ["0"]
    display = unit("bianminting-display.service")
    assert display["Service"]["Type"] == ["notify"]
    cookie = f"/run/{display['Service']['RuntimeDirectory'][0]}/cookie"
    assert any(f"XAUTHORITY={cookie}" in value.split() for value in service["Environment"])
    assert display["Service"]["Group"] == service["Group"], "or the kiosk cannot read the cookie"


def test_the_display_lets_in_who_can_read_its_cookie_and_says_when(
    tmp_path: Path, lacking: Callable[[str], NoReturn]
) -> None:
    """With Xvfb, which shares all of this with the X server of a terminal."""
    if missing := [name for name in ("Xvfb", "xdotool") if shutil.which(name) is None]:
        lacking(f"not installed: {', '.join(missing)} (deploy/test-packages.txt)")
    service = unit("bianminting-display.service")["Service"]
    (line,) = service["ExecStartPre"]
    written = re.fullmatch(r"/bin/sh -c '([^']*)'", line)
    assert written is not None
    script = written[1].replace("${RUNTIME_DIRECTORY}", str(tmp_path)).replace("\\\\", "\\")  # as systemd reads it
    mask = int(service["UMask"][0], 8)
    cookies = []
    for _ in range(2):
        subprocess.run(["/bin/sh", "-c", script], check=True, umask=mask)
        cookies.append((tmp_path / "cookie").read_bytes())
    assert cookies[0] != cookies[1]
    assert stat.S_IMODE((tmp_path / "cookie").stat().st_mode) == 0o640

    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(30)
        read, write = os.pipe()
        command = ["Xvfb", "-displayfd", str(write), "-auth", str(tmp_path / "cookie"), "-nolisten", "tcp", "-noreset"]
        environment = {**os.environ, "NOTIFY_SOCKET": str(tmp_path / "notify")}
        server = subprocess.Popen(command, pass_fds=[write], env=environment, stderr=subprocess.DEVNULL)
        os.close(write)
        try:
            assert b"READY=1" in systemd.recv(256)
            with os.fdopen(read) as told:
                display = told.readline().strip()
            statuses = [
                subprocess.run(
                    ["xdotool", "getdisplaygeometry"],
                    env={"PATH": os.environ["PATH"], "DISPLAY": f":{display}", "XAUTHORITY": authority},
                    capture_output=True,
                    check=False,
                ).returncode
                for authority in (str(tmp_path / "cookie"), "/dev/null")
            ]
        finally:
            server.terminate()
            server.wait(10)
    assert statuses == [0, 1]


def test_freshness_is_signed_every_day_also_after_a_night_off() -> None:
    timer = unit("bianminting-hub-resign.timer")["Timer"]
    assert timer["Persistent"] == ["true"]
    assert re.fullmatch(r"\*-\*-\* \d\d:\d\d:00", timer["OnCalendar"][0])
    assert unit("bianminting-hub-resign.service")["Service"]["Type"] == ["oneshot"]


def test_the_hub_is_copied_every_night_after_it_was_signed() -> None:
    signed, copied = (unit(f"bianminting-hub-{name}.timer")["Timer"] for name in ("resign", "backup"))
    assert copied["Persistent"] == ["true"] and copied["OnCalendar"][0] > signed["OnCalendar"][0]
    service = unit("bianminting-hub-backup.service")["Service"]
    assert service["Type"] == ["oneshot"] and f"COPIES={COPIES}" in service["Environment"]
    assert re.fullmatch(rf"{OURS}hub backup \$\{{COPIES\}} --keep [1-9]\d*", service["ExecStart"][0])
    folders = (ROOT / "deploy" / "tmpfiles.d" / "bianminting-hub.conf").read_text("utf-8")
    assert ["d", COPIES, "0700", "bianminting-hub", "bianminting-hub", "-"] in [
        one.split() for one in folders.splitlines()
    ]


def test_a_stuck_pcscd_is_restarted_for_the_kiosk_and_not_too_often(tmp_path: Path) -> None:
    """The commands of the unit itself, with a systemctl that writes down what it is told."""
    kiosk = unit("bianminting-kiosk.service")["Service"]
    (asked,) = unit("bianminting-pcscd-restart.path")["Path"]["PathChanged"]
    assert f"BIANMINTING_CARD__RESTART_FILE={asked}" in kiosk["Environment"]
    assert Path(asked).parent == Path("/run") / kiosk["RuntimeDirectory"][0]
    assert kiosk["RuntimeDirectoryPreserve"] == ["yes"]
    said = unit("bianminting-pcscd-restart.service")
    service = said["Service"]
    assert said["Unit"]["StartLimitIntervalSec"] == ["0"]
    assert (service["Type"], service["RuntimeDirectoryPreserve"]) == (["oneshot"], ["yes"])
    assert asked not in str(service), "nothing that the kiosk writes is read by root"
    assert (service["CapabilityBoundingSet"], service["NoNewPrivileges"]) == ([""], ["yes"])

    told = tmp_path / "told"
    systemctl = tmp_path / "bin" / "systemctl"
    systemctl.parent.mkdir()
    systemctl.write_text(f'#!/bin/sh\necho "$@" >>{told}\n', "utf-8")
    systemctl.chmod(0o755)
    folder = tmp_path / "run"
    folder.mkdir()
    environment = {"PATH": f"{systemctl.parent}:{os.environ['PATH']}", "RUNTIME_DIRECTORY": str(folder)}

    def triggered() -> None:
        for line in (*service["ExecCondition"], *service["ExecStart"]):
            script = re.fullmatch(r"/bin/sh -c '([^']*)'", line)
            assert script is not None
            if subprocess.run(["/bin/sh", "-c", script[1]], env=environment, check=False).returncode:
                return  # as systemd does after a condition that does not hold

    for _ in range(3):
        triggered()
    assert told.read_text("utf-8") == "restart pcscd.service\n"
    eleven_minutes_ago = (folder / "last").stat().st_mtime - 11 * 60
    os.utime(folder / "last", (eleven_minutes_ago, eleven_minutes_ago))
    triggered()
    assert told.read_text("utf-8") == "restart pcscd.service\n" * 2


def test_every_night_somebody_looks_what_is_left() -> None:
    timer = unit("bianminting-privacy-scan.timer")["Timer"]
    assert timer["Persistent"] == ["true"] and re.fullmatch(r"\*-\*-\* 0\d:\d\d:00", timer["OnCalendar"][0])
    said = unit("bianminting-privacy-scan.service")
    service = said["Service"]
    assert service["ExecStart"] == [f"{OURS}kiosk privacy-scan --keep"]
    assert service["AmbientCapabilities"] == service["CapabilityBoundingSet"]
    assert said["Unit"]["JoinsNamespaceOf"] == ["bianminting-kiosk.service"] and service["PrivateTmp"] == ["yes"]
    assert "ProtectProc" not in service, "it could not see the kiosk"


@pytest.mark.parametrize("name", ["kiosk", "hub"])
def test_account_and_home_are_those_of_the_service(name: str) -> None:
    account = unit(f"bianminting-{name}.service")["Service"]["User"][0]
    users = (ROOT / "deploy" / "sysusers.d" / f"bianminting-{name}.conf").read_text("utf-8")
    line, *groups = (line for line in users.splitlines() if not line.startswith("#"))
    kind, who, uid, _, home, shell = re.findall(r'"[^"]*"|\S+', line)
    assert (kind, who, uid, home, shell) == ("u", account, "-", str(INSTALLED), "/usr/sbin/nologin")
    # What the installing page does at a printer before the service runs needs the same rights.
    named = unit(f"bianminting-{name}.service")["Service"].get("SupplementaryGroups", [""])[0].split()
    assert groups == [f"m {account} {group}" for group in ("lp", "dialout") if group in named]
    folders = (ROOT / "deploy" / "tmpfiles.d" / f"bianminting-{name}.conf").read_text("utf-8")
    rows = [line.split() for line in folders.splitlines() if not line.startswith("#")]
    mode = unit(f"bianminting-{name}.service")["Service"]["StateDirectoryMode"][0]
    assert rows[0] == ["d", home, mode, account, account, "-"]


def packages(name: str) -> set[str]:
    lines = (ROOT / "deploy" / name).read_text("utf-8").splitlines()
    return {line.split()[0] for line in lines if line and not line.startswith("#")}


COMPILER = {"libpcsclite-dev", "swig", "gcc", "libc6-dev", "python3-dev", "pkg-config"}
"""What compiles pyscard. A terminal gets that as a wheel."""


def test_a_terminal_has_what_the_kiosk_runs_on_and_no_compiler() -> None:
    terminal = packages("terminal-packages.txt")
    assert packages("system-packages.txt") - COMPILER <= terminal
    assert not terminal & COMPILER
    assert {"pcscd", "libccid", "xserver-xorg-core", "python3-venv"} <= terminal


# --- Pages ------------------------------------------------------------------------------------------------------------

PAGES = ["install-kiosk.md", "install-hub.md", "sync.md", "hub.md"]


def test_every_unit_is_installed_by_a_page() -> None:
    text = "".join((ROOT / "docs" / "operations" / name).read_text("utf-8") for name in PAGES)
    patterns = re.findall(r"deploy/(?:systemd|xorg|nginx|sysusers\.d|tmpfiles\.d|udev)/[a-z.0-9*-]+[a-z*]", text)
    installed = {path for pattern in patterns for path in ROOT.glob(pattern)}
    folders = ("systemd", "xorg", "nginx", "sysusers.d", "tmpfiles.d", "udev")
    assert {path for folder in folders for path in (ROOT / "deploy" / folder).iterdir()} == installed


@pytest.mark.parametrize(("name", "program"), [("install-kiosk.md", "kiosk"), ("install-hub.md", "hub")])
def test_settings_that_the_pages_show_are_taken(name: str, program: str, tmp_path: Path) -> None:
    from hub.settings import load as load_hub
    from kiosk.settings import load as load_kiosk
    from kiosk.staffgate import DEMO_HASH

    blocks = re.findall(r"```toml\n(.*?)```", (ROOT / "docs" / "operations" / name).read_text("utf-8"), re.DOTALL)
    config = tmp_path / f"{program}.toml"
    config.write_text("\n".join(blocks).replace("scrypt:14:8:1:…", DEMO_HASH), "utf-8")
    if program == "kiosk":
        assert load_kiosk(config, {}).unready() == ()
    else:
        assert load_hub(config, {}).database is not None
