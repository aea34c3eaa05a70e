#!/bin/sh
# Creates or updates Temporal's own two databases. Running it again changes nothing.
set -eu

sql_tool() {
  temporal-sql-tool --plugin postgres12 --endpoint "$POSTGRES_SEEDS" --port "$DB_PORT" --user "$POSTGRES_USER" "$@"
}

create_database() {
  sql_tool --database "$1" create-database
  sql_tool --database "$1" setup-schema --version 0.0
  sql_tool --database "$1" update-schema --schema-dir "/etc/temporal/schema/postgresql/v12/$2/versioned"
}

create_database temporal temporal
create_database temporal_visibility visibility
