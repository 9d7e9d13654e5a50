"""What PostgreSQL takes for the rows of one event after another, asked as cheaply as it can be."""

from costs import TABLES

# Of each transaction its own, and the same wherever a row names another one.
IDS = ("event_id", "last_event_id", "refund_id", "charge_id", "order_id")


def script(books):
    """For pgbench: the rows of one event of `books`, every time as new ones. Plain INSERTs, sent in
    one go: no question before it writes, no answer that it waits for but the last."""
    inserts = [insert_like_first(books, table) for table in TABLES if books.count(table)]
    return "\n".join(["\\set n :n + 1", "\\startpipeline", "BEGIN;", *inserts, "COMMIT;",
                      "\\endpipeline", ""])


def insert_like_first(books, table):
    columns = books.rows(
        """SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
            WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped
              AND attidentity = '' AND attgenerated = '' ORDER BY attnum""", table)
    texts = ", ".join(f"quote_nullable({column['name']}::text) AS {column['name']}"
                      for column in columns)
    row = books.row(f"SELECT {texts} FROM {table} LIMIT 1")
    values = ", ".join(value_of(column, row[column["name"]]) for column in columns)
    names = ", ".join(column["name"] for column in columns)
    return f"INSERT INTO {table} ({names}) VALUES ({values});"


def value_of(column, literal):
    if column["name"] == "message_id":
        return "gen_random_uuid()"
    if column["name"] in IDS and literal != "NULL":
        return f"{literal} || '/' || :n::text"
    return f"{literal}::{column['type']}"
