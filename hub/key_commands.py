"""`hub keys`: the keys that sign releases, and the one that letters are sealed for."""

from __future__ import annotations

import typer

from hub.options import ConfigOption, JsonOption, group, open_office

keys_app = group("The keys that sign releases.")


@keys_app.command("init")
def keys_init(config: ConfigOption = None) -> None:
    """Makes the keys, once. Asks for four passphrases: root keys 1, 2, 3 and the release key."""
    from hub.store import utc_now
    from hub.terminal import say, secret

    with open_office(config) as office:
        roots = {number: secret(f"passphrase of root key {number}", twice=True) for number in (1, 2, 3)}
        root = office.press.found(roots, secret("passphrase of the release key", twice=True), utc_now())
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
