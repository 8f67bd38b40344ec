"""A pretend BigBlueButton server: its API of XML, signed by a shared secret.

Written from the API's documentation and the fixtures of a public client library.
"""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar
from xml.etree.ElementTree import Element, SubElement, tostring

from lab.calls import Leg
from lab.emulators.answering import About, Ask, Reply, Stage

_HASHES = ("sha1", "sha256", "sha384", "sha512")
_ABOUT = About(
    family="bigbluebutton",
    source="BigBlueButton API documentation 2.x to 3.x; fixtures of a public client",
    guessed={"attendees": "one for each room, all of them with sound and picture"},
)


@dataclass(slots=True)
class BigBlueButton:
    """One server; the stage's password is the shared secret."""

    about: ClassVar[About] = _ABOUT
    stage: Stage

    def answer(self, ask: Ask) -> Reply:
        """Answer one request."""
        if ask.method != "GET" or not ask.path.startswith("/bigbluebutton/api"):
            return Reply(404)
        call = ask.path.removeprefix("/bigbluebutton/api").strip("/")
        root = Element("response")
        if not call:
            SubElement(root, "returncode").text = "SUCCESS"
            SubElement(root, "version").text = "2.0"
            SubElement(root, "bbbVersion").text = "2.7.4"
            return _xml(root)
        if not self._signed(call, ask):
            SubElement(root, "returncode").text = "FAILED"
            SubElement(root, "messageKey").text = "checksumError"
            SubElement(root, "message").text = "You did not pass the checksum security check"
            return _xml(root)
        if call != "getMeetings":
            return Reply(404)
        return _xml(self._meetings(root))

    def _signed(self, call: str, ask: Ask) -> bool:
        rest = "&".join(f"{k}={v}" for k, v in ask.query.items() if k != "checksum")
        text = f"{call}{rest}{self.stage.password}".encode()
        shown = ask.query.get("checksum", "")
        return any(hashlib.new(name, text).hexdigest() == shown for name in _HASHES)

    def _meetings(self, root: Element) -> Element:
        self.stage.calls.settle()
        SubElement(root, "returncode").text = "SUCCESS"
        meetings = SubElement(root, "meetings")
        conferences = self.stage.calls.conferences()
        for name, legs in conferences.items():
            meetings.append(self._meeting(name, legs))
        if not conferences:
            SubElement(root, "messageKey").text = "noMeetings"
            SubElement(root, "message").text = "no meetings were found on this server"
        return root

    def _meeting(self, name: str, legs: Sequence[Leg]) -> Element:
        made = Element("meeting")
        for key, value in (
            ("meetingID", str(uuid.uuid5(uuid.NAMESPACE_URL, name))),
            ("meetingName", name),
            ("createTime", "1700000000000"),
            ("running", "true"),
            ("participantCount", str(len(legs))),
            ("listenerCount", "0"),
            ("voiceParticipantCount", str(len(legs))),
            ("videoCount", str(len(legs))),
            ("moderatorCount", "1"),
            ("recording", "false"),
        ):
            SubElement(made, key).text = value
        attendees = SubElement(made, "attendees")
        for number, leg in enumerate(legs):
            attendee = SubElement(attendees, "attendee")
            SubElement(attendee, "userID").text = f"w_{leg.number}"
            SubElement(attendee, "fullName").text = f"Nguyễn Văn {number}"
            SubElement(attendee, "role").text = "VIEWER" if number else "MODERATOR"
        return made


def _xml(root: Element) -> Reply:
    return Reply(200, tostring(root, encoding="utf-8"), "text/xml")
