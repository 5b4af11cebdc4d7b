"""Files on the laptop's side: between the engine's steps for bytes and the database that keeps them."""

from collections.abc import Callable, Generator
from typing import Any, cast

from desktop.errors import Damaged, NotFound
from desktop.models import blobs as store_of
from desktop.models.blobs import Blobs, Job
from desktop.models.remote import Remote
from desktop.models.store import Changed, Store
from sync.client.driver import STOPPED, Cancelled, Progress, Request, Session, Transport
from sync.engine import actions
from sync.engine import blobs as engine
from sync.engine.blobs import File, FileReport


class FileSession(Session[FileReport]):
    """One run over the files of one store."""

    def __init__(
        self,
        store: Store,
        blobs: Blobs,
        *,
        url: str = "",
        metered: bool = False,
        tell: Progress | None = None,
    ) -> None:
        steps = cast("Generator[actions.Action, actions.Event, FileReport]", engine.carry(metered=metered))
        super().__init__(steps, Remote(store), url=url, tell=tell)
        self._store, self._blobs = store, blobs

    def _perform(self, action: Any) -> Any:
        blobs = self._blobs
        if isinstance(action, engine.Look):
            return self._look()
        if isinstance(action, engine.Take):
            return engine.Piece(_piece(blobs, action.sha256, action.n))
        if isinstance(action, engine.Keep):
            outcome = blobs.keep_piece(action.sha256, action.size, action.n, action.data)
            self._announce(action.sha256, outcome == "whole")
            return engine.Kept(outcome)
        if isinstance(action, engine.Sent):
            blobs.sent(action.sha256, action.have, whole=action.whole)
            self._announce(action.sha256, action.whole)
        elif isinstance(action, engine.Later):
            blobs.later(action.sha256)
        elif isinstance(action, engine.Drop):
            blobs.drop(action.sha256)
            self._announce(action.sha256, True)
        else:
            return super()._perform(action)
        return None

    def _look(self) -> engine.Waiting:
        with self._store.reading() as session:
            named = store_of.named(session)
        self._blobs.learn(named)
        return engine.Waiting(tuple(_file(job) for job in self._blobs.jobs(named)))

    def _announce(self, sha256: str, done: bool) -> None:
        """Tell the views that an attachment can be opened now, or has reached the office."""
        if done:
            with self._store.reading() as session:
                ids = store_of.naming(session, sha256)
            changed = frozenset(("attachment", each) for each in ids)
            self._store.announce(Changed(changed, "files", remote=True))

    def _request(self, send: actions.Send) -> Request:
        request = super()._request(send)
        if send.body:
            request.headers["Content-Type"] = "application/octet-stream"
        return request


def carry_files(
    store: Store,
    transport: Transport,
    *,
    metered: bool = False,
    tell: Progress | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    interrupted: Callable[[], bool] = lambda: False,
) -> FileReport | None:
    """Carry the files that wait, after the rows; None where `interrupted` said that rows come first again.

    Raises Offline, NotAllowed or Refused, as a person is told; what was carried stays carried.
    """
    if store.blobs is None:
        return FileReport()
    session = FileSession(store, store.blobs, url=transport.url, metered=metered, tell=tell)
    request = session.go_on()
    while request is not None:
        if cancelled():
            raise Cancelled(STOPPED)
        if interrupted():
            return None
        request = session.go_on(transport.send(request, cancelled))
    return session.result


def then_files(report: actions.Report, carried: FileReport) -> None:
    """Add what became of the files to the report of the rows."""
    report.requests += carried.requests
    report.bytes_up += carried.bytes_up
    report.bytes_down += carried.bytes_down
    report.files_up, report.files_down = carried.sent, carried.fetched
    report.files_waiting = carried.waiting


def _piece(blobs: Blobs, sha256: str, n: int) -> bytes | None:
    try:
        return blobs.piece(sha256, n)
    except (NotFound, Damaged):
        return None


def _file(job: Job) -> File:
    return File(job.kind, job.sha256, job.size, job.purpose, job.at, job.wanted, job.have)
