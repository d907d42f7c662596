"""`hub keys`: the keys that sign releases, and the one that letters are sealed for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hub.options import ConfigOption, JsonOption, group, open_office

keys_app = group("The keys that sign releases.")


@keys_app.command("init")
def keys_init(config: ConfigOption = None) -> None:
    """Makes the keys, once. Asks for four passphrases: root keys 1, 2, 3 and the release key."""
    from hub.store import utc_now
    from hub.terminal import say

    with open_office(config) as office:
        roots = {number: _fresh(f"passphrase of root key {number}") for number in (1, 2, 3)}
        root = office.press.found(roots, _fresh("passphrase of the release key"), utc_now())
        say(f"trust root {root}")
        say(f"carry the root keys in {office.home.keys} away now, each to a place of its own")


@keys_app.command("show")
def keys_show(config: ConfigOption = None, json: JsonOption = False) -> None:
    """Which keys are on this machine, and until when signatures last."""
    from hub.store import utc_now
    from hub.terminal import note, say, say_json

    with open_office(config) as office:
        if not office.press.founded:
            raise typer.BadParameter("no keys yet: hub keys init")
        held, standing = office.press.fingerprints(), office.press.standing()
    for warning in standing.warnings(utc_now()):
        note(warning)
    until = standing.targets_until
    if json:
        say_json(
            {
                "keys": dict(held),
                "root_until": standing.root_until.isoformat(),
                "release_until": until.isoformat() if until else None,
            }
        )
        return
    for name, key in held.items():
        say(f"{name}  {key}")
    say(f"root until {standing.root_until:%Y-%m-%d}, release until {until:%Y-%m-%d}" if until else "no release yet")


@keys_app.command("renew")
def keys_renew(
    keys: Annotated[
        list[Path],
        typer.Argument(metavar="KEY KEY", help="Files of two root keys or more.", exists=True, dir_okay=False),
    ],
    new_online: Annotated[
        bool, typer.Option("--new-online", help="A new online key: the hub was broken into, or a year is over.")
    ] = False,
    new_release: Annotated[
        bool,
        typer.Option("--new-release", help="A new release key: somebody who knew its passphrase left, or it is lost."),
    ] = False,
    replace: Annotated[
        list[int] | None,
        typer.Option(
            min=1, max=3, help="A new root key of this number: the old one was stolen or lost. May come twice."
        ),
    ] = None,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Signs the next trust root, which lasts two years; kiosks find it by themselves. Asks for the passphrases of the
    root keys given, of the release key unless a new one is made, and of each new key. Replaced keys become *.old.
    """
    from hub.store import utc_now
    from hub.terminal import say, say_json, secret

    with open_office(config) as office:
        signers = {key: secret(f"passphrase of {key}") for key in keys}
        version = office.press.renew(
            signers,
            utc_now(),
            release=None if new_release else secret("passphrase of the release key"),
            new_release=_fresh("passphrase of the new release key") if new_release else None,
            new_online=new_online,
            new_roots={number: _fresh(f"passphrase of the new root key {number}") for number in sorted(replace or ())},
        )
        standing = office.press.standing()
        if json:
            say_json({"root": version, "root_until": standing.root_until.isoformat()})
            return
        say(f"root {version} until {standing.root_until:%Y-%m-%d}")
        for number in sorted(replace or ()):
            say(f"carry root-{number}.key in {office.home.keys} away now, and destroy what is left of the old one")


@keys_app.command("sealing")
def keys_sealing(config: ConfigOption = None, json: JsonOption = False) -> None:
    """Makes the key that letters are sealed for, once, and asks for its passphrase; then shows its public half. The
    private half may be carried away: the hub itself opens no letter.
    """
    from hub.terminal import note, say, say_json, secret
    from uplink.sealing import SealingKeyFile

    with open_office(config) as office:
        file = SealingKeyFile(office.home.sealing)
        public = file.public()
        made = public is None
        if public is None:
            public = file.make(secret("passphrase of the sealing key", twice=True))
            note(f"carry {file.path} away now, to the office that reads letters")
    if json:
        say_json({"public": public, "made": made, "here": file.path.exists()})
    else:
        say(public)


def _fresh(what: str) -> str:
    """The passphrase of a key that is to be made; one that is too short is told before the next is asked for."""
    from contentsync.keys import LEAST_PASSPHRASE
    from hub.terminal import secret

    given = secret(what, twice=True)
    if len(given) < LEAST_PASSPHRASE:
        raise typer.BadParameter(f"{what}: at least {LEAST_PASSPHRASE} characters")
    return given
