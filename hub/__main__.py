"""The hub's command line: `python -m hub`, installed as `hub`."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from hub.backup_commands import backup_command, restore_command
from hub.device_commands import devices_app
from hub.import_commands import template_command
from hub.rollout_commands import rollout_app
from hub.unmet_commands import unmet_app
from hub.usb_commands import export_command, import_command
from hub.workflow import CITY, Role

if TYPE_CHECKING:
    from hub.importing import Report
    from hub.office import Office
    from hub.people import Person
    from hub.release import Release

# Everything else is imported where it is needed: `hub --help` answers before SQLAlchemy or the web are loaded.


class Told(TyperGroup):
    """Turns what a command raises into lines on standard error and an exit status."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except (typer.Exit, typer.Abort, TyperException):
            raise
        except (Exception, KeyboardInterrupt) as error:
            from hub.terminal import fault

            raise typer.Exit(fault(error, verbose=bool(ctx.params.get("verbose")))) from None


def _group(help: str, cls: type[TyperGroup] | None = None) -> typer.Typer:
    # No markup: rich would be loaded for help alone.
    return typer.Typer(
        help=help,
        cls=cls,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )


app = _group("便民亭内容中心: people, items and their review, releases for the kiosks.", Told)
keys_app = _group("The keys that sign releases.")
users_app = _group("People of the hub.")
audit_app = _group("The audit log.")
app.add_typer(keys_app, name="keys")
app.add_typer(users_app, name="users")
app.add_typer(audit_app, name="audit")
app.add_typer(unmet_app, name="unmet")
app.add_typer(rollout_app, name="rollout")
app.add_typer(devices_app, name="devices")

ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="Settings in TOML.  [default: hub.toml in BIANMINTING_HOME]"),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Machine-readable output on standard output.")]
LoginArgument = Annotated[str, typer.Argument(metavar="LOGIN", help="The account.")]


def _office(config: Path | None) -> Office:
    from hub.office import Office

    return Office.of(config, os.environ)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@app.callback()
def options(
    ctx: typer.Context,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Tracebacks on standard error.")] = False,
) -> None:
    """Options that stand before the command."""


# --- The hub itself -------------------------------------------------------------------------------------------------


@app.command()
def demo(config: ConfigOption = None, json: JsonOption = False) -> None:
    """Makes a ready hub in an empty home: keys, people, the sample city released to public/. Safe to repeat."""
    from hub import demo as demonstration
    from hub.home import HubHome
    from hub.settings import load
    from hub.terminal import note, say, say_json

    if config is None:
        demonstration.write_settings(HubHome.of(os.environ).config)
    settings = load(config, os.environ)
    if not settings.demo:
        raise typer.BadParameter("the settings say profile city; a demonstration needs a home of its own")
    sample_city = settings.sample_city
    if sample_city is None:
        raise typer.BadParameter("no sample city here; set content.sample_city")
    with _office(config) as office:
        made = demonstration.prepare(office, sample_city, note, _now())
        told = {
            "home": str(office.home.root),
            "public": str(office.home.public),
            "root": str(made.root),
            "revision": made.release.revision,
            "digest": made.release.digest,
            "records": made.release.records,
            "fresh": made.fresh,
            "accounts": [login for login, *_ in demonstration.PEOPLE],
            "password": demonstration.PASSWORD,
            "passphrase": demonstration.RELEASE_PASSPHRASE,
        }
    if json:
        say_json(told)
        return
    say(f"revision {told['revision']}, {told['records']} records in {told['public']}")
    say(f"trust root {told['root']}")
    say(f"accounts {' '.join(login for login, *_ in demonstration.PEOPLE)}, password {demonstration.PASSWORD}")
    say(f"passphrase of the release key: {demonstration.RELEASE_PASSPHRASE}")


@app.command()
def serve(config: ConfigOption = None) -> None:
    """Serves the hub's pages, and below /public what kiosks fetch, until it is stopped. Says where in a line of JSON
    once it does.
    """
    import sys

    from hub.terminal import say_json
    from hub.web.serving import serve as serve_web

    def ready(url: str) -> None:
        say_json({"url": url})
        sys.stdout.flush()

    with _office(config) as office:
        serve_web(office, ready)


app.command("template")(template_command)
app.command("backup")(backup_command)
app.command("restore")(restore_command)


# --- Content --------------------------------------------------------------------------------------------------------


@app.command("import")
def import_(
    given: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", exists=True, help="Records (*.jsonl), a folder of them, or a table (xlsx, csv)."
        ),
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
    baseline: Annotated[
        bool,
        typer.Option("--baseline", help="The first content of an empty hub, reviewed elsewhere: ready to release."),
    ] = False,
    by: Annotated[str | None, typer.Option("--as", metavar="LOGIN", help="Who answers for the drafts.")] = None,
    mapping: Annotated[
        str, typer.Option("--mapping", metavar="ID", help="Whose columns a table has.  [default: found out]")
    ] = "",
    trial: Annotated[
        str, typer.Option("--trial", metavar="ID", help="Of the dry run of a table; without it none is taken.")
    ] = "",
    annotated: Annotated[
        Path | None, typer.Option("--annotated", metavar="FILE.xlsx", help="The table with the remarks of its dry run.")
    ] = None,
    json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Takes records in as drafts. Nothing is taken from record files with a fault; status 1 then. A table is tried out
    first (--dry-run), and taken by the id of that trial; rows with a fault stay out, and status is 1 then.
    """
    from hub.import_commands import import_table, is_table
    from hub.importing import files_of, read_files
    from hub.terminal import say_json

    if is_table(given):
        if baseline:
            raise typer.BadParameter("--baseline takes records (*.jsonl) only")
        with _office(config) as office:
            person = office.people.by_login(by) if by else None
            status = import_table(office, person, given, dry_run, mapping, trial, annotated, json)
        raise typer.Exit(status)

    if baseline and by:
        raise typer.BadParameter("--baseline has no author; leave --as out")
    batch = read_files(files_of(given), _now().date())
    with _office(config) as office:
        person = office.people.by_login(by) if by else None
        if dry_run:
            report = office.importing.dry_run(batch)
        elif baseline:
            report = office.importing.baseline(batch)
        else:
            report = office.importing.drafts(batch, person)
    if json:
        say_json(report.as_json())
    else:
        _tell_report(report, dry_run)
    raise typer.Exit(1 if report.problems else 0)


def _tell_report(report: Report, dry_run: bool) -> None:
    from hub.terminal import MOST_LINES, note, say

    for problem in report.problems[:MOST_LINES]:
        note(problem)
    if report.problems:
        note(f"{len(report.problems)} faults; nothing was imported")
        return
    say(
        f"{report.records} records: {len(report.new)} new, {len(report.changed)} changed,"
        f" {report.unchanged} as they are, {len(report.busy)} being written by somebody"
        + (" (nothing was changed)" if dry_run else "")
    )
    if report.changes or report.numbered:
        own = f"{report.changes} lines of changes and the numbers of {report.numbered} guides"
        say(f"{own} are the hub's own and stay out")
    if report.missing:
        say(f"{len(report.missing)} are live and not in the file; they stay")
    if report.findings:
        say(f"{len(report.findings)} findings, {report.stopping} of them keep a record from being published")


@app.command()
def publish(
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

    with _office(config) as office:
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
            first = First(percent, tuple(district or ()), begins)
            release = office.releases.publish(None, release.id, passphrase, over=over_newer, first=first)
        _tell_release(release, json)


def _signed_in(office: Office, login: str) -> Person:
    from hub.terminal import secret

    session = office.people.log_in(login, secret(f"password of {login}"), "command line")
    office.people.log_out(session.token)
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


@app.command()
def resign(
    whole: Annotated[
        bool, typer.Option("--whole", help="The release itself, too, for another year; asks for the passphrase.")
    ] = False,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Signs anew that the release is fresh. To run every day: kiosks take a release for expired after 14 days."""
    from hub.terminal import note, say, say_json, secret

    with _office(config) as office:
        standing = office.press.resign(secret("passphrase of the release key") if whole else None)
    for warning in standing.warnings(_now()):
        note(warning)
    revision = standing.manifest.revision if standing.manifest else None
    if json:
        say_json({"revision": revision, "root_until": standing.root_until.isoformat()})
    else:
        say(f"revision {revision} is fresh" if revision else "signed; nothing was released yet")


app.command("export-usb")(export_command)
app.command("import-usb")(import_command)


# --- Keys -----------------------------------------------------------------------------------------------------------


@keys_app.command("init")
def keys_init(config: ConfigOption = None) -> None:
    """Makes the keys, once. Asks for four passphrases: root keys 1, 2, 3 and the release key."""
    from hub.terminal import say, secret

    with _office(config) as office:
        roots = {number: secret(f"passphrase of root key {number}", twice=True) for number in (1, 2, 3)}
        root = office.press.found(roots, secret("passphrase of the release key", twice=True), _now())
        say(f"trust root {root}")
        say(f"carry the root keys in {office.home.keys} away now, each to a place of its own")


@keys_app.command("show")
def keys_show(config: ConfigOption = None, json: JsonOption = False) -> None:
    """Which keys are on this machine, and until when signatures last."""
    from hub.terminal import note, say, say_json

    with _office(config) as office:
        if not office.press.founded:
            raise typer.BadParameter("no keys yet: hub keys init")
        held, standing = office.press.fingerprints(), office.press.standing()
    for warning in standing.warnings(_now()):
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

    with _office(config) as office:
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


# --- People ---------------------------------------------------------------------------------------------------------


@users_app.command("add")
def users_add(
    login: LoginArgument,
    name: Annotated[str, typer.Option("--name", help="As colleagues see it.")],
    role: Annotated[list[Role], typer.Option("--role", help="What the person may do; several times for several.")],
    department: Annotated[
        str, typer.Option("--department", metavar="ORG", help="Id of an organisation; * works for the whole city.")
    ] = CITY,
    config: ConfigOption = None,
) -> None:
    """Makes an account; asks for its password."""
    from hub.terminal import say, secret

    with _office(config) as office:
        person = office.people.add(login, name, department, role, secret(f"password of {login}", twice=True))
    say(_person_line(person))


@users_app.command("list")
def users_list(config: ConfigOption = None, json: JsonOption = False) -> None:
    """Every account."""
    from hub.terminal import say, say_json

    with _office(config) as office:
        people = office.people.all()
    if json:
        say_json(
            [
                {
                    "login": person.login,
                    "name": person.name,
                    "department": person.department,
                    "roles": sorted(person.roles),
                    "demo": person.demo,
                    "disabled": person.disabled,
                }
                for person in people
            ]
        )
        return
    for person in people:
        say(_person_line(person))


def _person_line(person: Person) -> str:
    marks = [word for word, holds in (("demo", person.demo), ("disabled", person.disabled)) if holds]
    words = [person.login, person.name, person.department, ",".join(sorted(person.roles)) or "-", *marks]
    return "  ".join(words)


@users_app.command("disable")
def users_disable(login: LoginArgument, config: ConfigOption = None) -> None:
    """Shuts an account and ends its sessions; what it did stays in the log."""
    from hub.terminal import say

    with _office(config) as office:
        say(_person_line(office.people.disable(office.people.by_login(login))))


@users_app.command("reset-password")
def users_reset_password(login: LoginArgument, config: ConfigOption = None) -> None:
    """Gives an account a new password and ends its sessions."""
    from hub.terminal import say, secret

    with _office(config) as office:
        person = office.people.by_login(login)
        say(_person_line(office.people.reset_password(person, secret(f"new password of {login}", twice=True))))


@users_app.command("roles")
def users_roles(
    login: LoginArgument,
    roles: Annotated[list[Role] | None, typer.Argument(metavar="[ROLE]...", help="Exactly these from now on.")] = None,
    config: ConfigOption = None,
) -> None:
    """Shows the roles of an account, or sets them."""
    from hub.terminal import say

    with _office(config) as office:
        person = office.people.by_login(login)
        say(_person_line(office.people.set_roles(person, roles) if roles else person))


# --- Audit ----------------------------------------------------------------------------------------------------------


@audit_app.command("verify")
def audit_verify(config: ConfigOption = None, json: JsonOption = False) -> None:
    """Proves the chain of the audit log. Status 1 and the first bad entry when it does not hold."""
    from hub.terminal import say, say_json

    with _office(config) as office:
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


def main() -> None:
    """Entry point of the `hub` command."""
    app(prog_name="hub")


if __name__ == "__main__":
    main()
