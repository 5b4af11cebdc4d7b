"""What starts the office with its computer: a unit of systemd that may do little else, or Windows' way."""

import shutil
import sys
from pathlib import Path
from typing import Final

UNIT: Final = """\
# {file}
#   useradd --system --home-dir {folder} --shell /usr/sbin/nologin {user}; chown -R {user}: {folder}
#   systemctl daemon-reload; systemctl enable --now satchel-office; journalctl -u satchel-office
[Unit]
Description=Satchel office (行囊)
After=network-online.target{after}
Wants=network-online.target

[Service]
Type=exec
User={user}
Group={user}
UMask=0077
{environment}ExecStart={command}
KillSignal=SIGTERM
TimeoutStopSec=30
Restart=on-failure
RestartSec=2

# It needs its own folder and the network, and gets nothing else.
ReadWritePaths={folder}
ProtectSystem=strict
ProtectHome={home}
PrivateTmp=yes
PrivateDevices=yes
NoNewPrivileges=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectClock=yes
ProtectHostname=yes
ProtectProc=invisible
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
CapabilityBoundingSet=
AmbientCapabilities=
LimitNOFILE=65536
LimitCORE=0

[Install]
WantedBy=multi-user.target
"""

WINDOWS: Final = """\
:: Windows starts the office by its task scheduler; run these lines once as administrator.
:: The account needs no rights but its own folder and the network.
schtasks /Create /TN "Satchel office" /SC ONSTART /RU "{account}" /RL LIMITED /F /TR "{command}"
icacls "{folder}" /inheritance:r /grant "{account}:(OI)(CI)F" /grant "BUILTIN\\Administrators:(OI)(CI)F"
netsh advfirewall firewall add rule name="Satchel office" dir=in action=allow protocol=TCP localport={port}
schtasks /Run /TN "Satchel office"
"""


SECRETS: Final = "office.env"
"""The file with the address of the database, which may hold a password: units can be read by everybody."""
ACCOUNT: Final = "NT AUTHORITY\\LOCAL SERVICE"


def text(system: str, *, folder: Path, database_url: str, user: str, host: str, port: int, tls: bool) -> str:
    """The unit, or the lines for Windows. A unit reads the address of the database from `SECRETS`."""
    words = [*_program(), "serve", "--data", str(folder), "--host", host, "--port", str(port)]
    if tls:
        words.append("--tls")
    if system == "windows":
        if database_url:
            words += ["--database-url", database_url]
        line = " ".join(f"'{word}'" if " " in word else word for word in words)
        return WINDOWS.format(command=line, folder=folder, port=port, account=ACCOUNT)
    environment = f"EnvironmentFile={folder / SECRETS}\n" if database_url else ""
    return UNIT.format(
        file="/etc/systemd/system/satchel-office.service",
        folder=folder,
        user=user,
        command=" ".join(_quoted(word) for word in words),
        after=" postgresql.service" if database_url else "",
        environment=environment,
        home="no" if _under_home(folder) else "yes",
    )


def _program() -> list[str]:
    """How this very program is started."""
    installed = shutil.which("satchel-server")
    beside = Path(sys.executable).with_name("satchel-server")
    if beside.is_file():
        return [str(beside)]
    if installed:
        return [installed]
    return [sys.executable, "-m", "sync.server"]


def _under_home(folder: Path) -> bool:
    return any(folder.is_relative_to(home) for home in ("/home", "/root", "/run/user"))


def secrets_of(database_url: str) -> str:
    """What `SECRETS` holds."""
    return f'SATCHEL_DATABASE_URL="{_escaped(database_url)}"\n'


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace('"', '\\"')


def _quoted(word: str) -> str:
    plain = word.replace("%", "%%").replace("$", "$$")
    return f'"{_escaped(plain)}"' if " " in word or '"' in word else plain
