"""`hub audit`: whether anybody has changed the log behind the hub's back."""

from __future__ import annotations

import typer

from hub.options import ConfigOption, JsonOption, group, open_office

audit_app = group("The audit log.")


@audit_app.command("verify")
def audit_verify(config: ConfigOption = None, json: JsonOption = False) -> None:
    """Proves the chain of the audit log. Status 1 and the first bad entry when it does not hold."""
    from hub.terminal import say, say_json

    with open_office(config) as office:
        bad = office.audit.verify()
        seq, digest = office.audit.head()
    if json:
        say_json(
            {
                "whole": bad is None,
                "entries": seq,
                "head": digest,
                "bad": {"seq": bad.seq, "how": bad.how} if bad else None,
            }
        )
    elif bad is None:
        say(f"{seq} entries, the chain is whole; head {digest}")
    else:
        say(f"entry {bad.seq} is {bad.how}")
    raise typer.Exit(1 if bad else 0)
