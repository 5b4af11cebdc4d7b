"""An office from before gains the fields that its records have by now."""

from pathlib import Path

from sqlalchemy import inspect

from desktop.models.records import Quote
from sync.server.store import open_folder


def test_an_office_from_before_gains_the_new_fields(tmp_path: Path) -> None:
    first = open_folder(tmp_path / "office")
    first.write(lambda conn: conn.exec_driver_sql('ALTER TABLE "quote" DROP COLUMN "next_step"'))
    first.close()
    again = open_folder(tmp_path / "office")
    with again.read() as conn:
        there = {column["name"] for column in inspect(conn).get_columns("quote")}
    again.close()
    assert there == {column.name for column in Quote.__table__.columns}
