"""U 盘: the release to take along to kiosks without a line, and what they sent home. The hub is a machine elsewhere,
so a stick is unpacked and packed where the person sits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from hub.office import Office
from hub.people import Person
from hub.usb import Brought, Home
from hub.usb_archive import Packed, brought, packed
from hub.web.view import OPERATORS, PUBLISHERS, HubView, in_thread, page

CARRIERS = PUBLISHERS | OPERATORS

MOST_SHOWN = 200
"""Letters that a receipt lists one by one."""

_BLOCK = 1 << 18


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter of the receipt; `kiosk` empty: nobody knows whose, or none that this person is shown."""

    kiosk: str
    told: Brought


class SticksView(HubView):
    """Downloading a stick, handing in what came back."""

    key, icon = "stick", "fa-brands fa-usb"

    @page("", roles=CARRIERS)
    async def index(self, request: Request) -> Response:
        office = self.office(request)
        latest = await in_thread(office.releases.latest)
        return await self.render(request, "stick.html", latest=latest, home=None)

    @page("/download", roles=CARRIERS, methods=("POST",))
    async def download(self, request: Request) -> Response:
        """The whole stick as one file. Each one is signed for 90 days of its own."""
        made = await in_thread(packed, self.office(request).sticks, self.person(request))
        name = f"bianminting-{made.made.revision}.zip"
        headers = {"content-disposition": f'attachment; filename="{name}"', "content-length": str(made.bytes)}
        return StreamingResponse(_blocks(made), media_type="application/zip", headers=headers)

    @page("", roles=CARRIERS, methods=("POST",))
    async def home(self, request: Request) -> Response:
        """What came back is taken in; the page says what it was."""
        office, person = self.office(request), self.person(request)
        given = [one for one in (await self.form(request)).getlist("file") if isinstance(one, UploadFile)]
        files = [await one.read() for one in given if one.filename]
        if not files:
            return self.back_with(request, self.say("stick.no_file"), "/stick", kind="warning")
        found = await in_thread(brought, office.sticks, person, files)
        letters, latest = await in_thread(_receipt, office, person, found)
        return await self.render(
            request,
            "stick.html",
            latest=latest,
            home=found,
            letters=letters[:MOST_SHOWN],
            more=max(0, len(letters) - MOST_SHOWN),
            stored=sum(one.stored for one in found.files),
            known=sum(one.known for one in found.files),
            kiosks=len({one.told.kiosk for one in letters if one.told.kiosk}),
        )


def _receipt(office: Office, person: Person, home: Home) -> tuple[list[Letter], object]:
    """What was refused first; and the release that is out."""
    mine = {seen.device.number for seen in office.devices.fleet(person=person)}
    letters = [Letter(one.kiosk if one.kiosk in mine else "", one) for one in home.files]
    letters.sort(key=lambda one: (not one.told.fate.refused, one.kiosk, one.told.file))
    return letters, office.releases.latest()


def _blocks(made: Packed) -> Iterator[bytes]:
    with made.file as file:
        while block := file.read(_BLOCK):
            yield block
