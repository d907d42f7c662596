"""`hub publish` and `hub resign`: a release goes out with two signatures, and stays fresh."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import typer

from hub.options import ConfigOption, JsonOption, open_office

if TYPE_CHECKING:
    from hub.office import Office
    from hub.people import Person
    from hub.release import Release


def publish_command(
    sign: Annotated[
        list[str] | None,
        typer.Option("--sign", metavar="LOGIN", help="Approve as this publisher; asks for the password. Twice."),
    ] = None,
    withdraw: Annotated[
        int | None, typer.Option("--withdraw", metavar="REVISION", help="Take the newest release back with a new one.")
    ] = None,
    cancel: Annotated[bool, typer.Option("--cancel", help="Give the prepared release up.")] = False,
    over_newer: Annotated[
        bool, typer.Option("--over-newer", help="Although public/ has a newer revision (after a restored backup).")
    ] = False,
    percent: Annotated[
        int, typer.Option("--percent", min=1, max=100, help="How much of the street takes it first; see `hub rollout`.")
    ] = 100,
    ring: Annotated[
        str, typer.Option("--ring", help="Only the rings up to this one first; those of the setting rollout.rings.")
    ] = "",
    district: Annotated[
        list[str] | None,
        typer.Option("--district", metavar="CODE", help="Only kiosks of this district first, GB/T 2260."),
    ] = None,
    not_before: Annotated[
        dt.datetime | None, typer.Option("--not-before", formats=["%Y-%m-%dT%H:%M"], help="Local time of this machine.")
    ] = None,
    json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Prepares what is approved, takes signatures, and publishes once two people have signed.

    Passwords and the passphrase of the release key are asked for, or read from standard input, a line each.
    """
    from hub.release import NEEDED
    from hub.rollout import First
    from hub.terminal import secret

    with open_office(config) as office:
        release = office.releases.open()
        if cancel:
            if release is None:
                raise typer.BadParameter("no release is prepared")
            _tell_release(office.releases.cancel(None, release.id), json)
            return
        if release is None:
            release = (
                office.releases.withdraw(None, withdraw) if withdraw is not None else office.releases.prepare(None)
            )
        for login in sign or ():
            signer = _signed_in(office, login)
            release = office.releases.approve(signer, release.id)
        if len(release.approvals) >= NEEDED:
            passphrase = secret("passphrase of the release key")
            begins = not_before.astimezone(dt.UTC) if not_before else None
            first = First(percent, tuple(district or ()), begins, ring)
            release = office.issuing.publish(None, release.id, passphrase, over=over_newer, first=first)
        _tell_release(release, json)


def _signed_in(office: Office, login: str) -> Person:
    from hub.terminal import secret

    session = office.sessions.log_in(login, secret(f"password of {login}"), "command line")
    office.sessions.log_out(session.token)
    return session.session.person


def _tell_release(release: Release, json: bool) -> None:
    from hub.terminal import say, say_json

    if json:
        say_json(
            {
                "id": release.id,
                "kind": release.kind.value,
                "state": release.state.value,
                "revision": release.revision,
                "digest": release.digest,
                "records": release.records,
                "added": release.added,
                "changed": release.changed,
                "dropped": release.dropped,
                "approved_by": [one.login for one in release.approvals],
            }
        )
        return
    number = f"revision {release.revision}" if release.revision else f"release {release.id[:8]}"
    say(
        f"{number} {release.state.value}: {release.records} records,"
        f" {release.added} added, {release.changed} changed, {release.dropped} dropped"
    )
    say(f"digest {release.digest}")
    say(f"signed by {', '.join(one.login for one in release.approvals) or 'nobody yet'}")


def resign_command(
    whole: Annotated[
        bool, typer.Option("--whole", help="The release itself, too, for another year; asks for the passphrase.")
    ] = False,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Signs anew that the release is fresh. To run every day: kiosks take a release for expired after 14 days."""
    from hub.store import utc_now
    from hub.terminal import note, say, say_json, secret

    with open_office(config) as office:
        standing = office.press.resign(secret("passphrase of the release key") if whole else None)
    for warning in standing.warnings(utc_now()):
        note(warning)
    revision = standing.manifest.revision if standing.manifest else None
    if json:
        say_json({"revision": revision, "root_until": standing.root_until.isoformat()})
    else:
        say(f"revision {revision} is fresh" if revision else "signed; nothing was released yet")
