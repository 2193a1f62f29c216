"""The line's services for the verbs of a call."""

from dataclasses import dataclass

from deskphone.line.conferences.announcements import Announcements
from deskphone.line.conferences.rooms import ConferenceRooms
from deskphone.line.queued_calls import QueuedCalls
from deskphone.line.recording.recorder import Recorder
from deskphone.line.session.dialer import Dialer
from deskphone.line.status_reports import StatusReports
from deskphone.line.studio.files import Files
from deskphone.line.studio.speech import Speech
from deskphone.line.studio.studio import Studio
from deskphone.line.texts.texts import Texts


@dataclass(frozen=True)
class Services:
    """Passed to every call; each part is its own package or module."""

    dialer: Dialer
    queues: QueuedCalls
    conferences: ConferenceRooms
    announcements: Announcements
    recorder: Recorder
    reports: StatusReports
    texts: Texts
    studio: Studio
    speech: Speech
    files: Files
