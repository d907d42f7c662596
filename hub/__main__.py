"""The hub's command line: `python -m hub`, installed as `hub`."""

from __future__ import annotations

import os
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from hub.audit_commands import audit_app
from hub.backup_commands import backup_command, restore_command
from hub.device_commands import devices_app
from hub.import_commands import import_command, template_command
from hub.key_commands import keys_app
from hub.options import ConfigOption, JsonOption, group, open_office
from hub.release_commands import publish_command, resign_command
from hub.rollout_commands import rollout_app
from hub.unmet_commands import unmet_app
from hub.usb_commands import export_command, import_command as import_usb_command
from hub.user_commands import users_app

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


app = group("便民亭内容中心: people, items and their review, releases for the kiosks.", Told)
app.add_typer(keys_app, name="keys")
app.add_typer(users_app, name="users")
app.add_typer(audit_app, name="audit")
app.add_typer(unmet_app, name="unmet")
app.add_typer(rollout_app, name="rollout")
app.add_typer(devices_app, name="devices")


@app.callback()
def options(
    ctx: typer.Context,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Tracebacks on standard error.")] = False,
) -> None:
    """Options that stand before the command."""


@app.command()
def demo(config: ConfigOption = None, json: JsonOption = False) -> None:
    """Makes a ready hub in an empty home: keys, people, the sample city released to public/. Safe to repeat."""
    from hub import demo as demonstration
    from hub.home import HubHome
    from hub.settings import load
    from hub.store import utc_now
    from hub.terminal import note, say, say_json

    if config is None:
        demonstration.write_settings(HubHome.of(os.environ).config)
    settings = load(config, os.environ)
    if not settings.demo:
        raise typer.BadParameter("the settings say profile city; a demonstration needs a home of its own")
    sample_city = settings.sample_city
    if sample_city is None:
        raise typer.BadParameter("no sample city here; set content.sample_city")
    with open_office(config) as office:
        made = demonstration.prepare(office, sample_city, note, utc_now())
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

    with open_office(config) as office:
        serve_web(office, ready)


app.command("import")(import_command)
app.command("template")(template_command)
app.command("publish")(publish_command)
app.command("resign")(resign_command)
app.command("export-usb")(export_command)
app.command("import-usb")(import_usb_command)
app.command("backup")(backup_command)
app.command("restore")(restore_command)


def main() -> None:
    """Entry point of the `hub` command."""
    app(prog_name="hub")


if __name__ == "__main__":
    main()
