"""How Alembic runs this lineage: on the connection it is handed, in that connection's transaction."""

from alembic import context

from storage.identity.schema import metadata

connection = context.config.attributes["connection"]
if connection.dialect.name == "postgresql":
    # A migration that cannot get its lock gives way instead of stopping everyone behind it.
    connection.exec_driver_sql("set local lock_timeout = '5s'")
    connection.exec_driver_sql("set local statement_timeout = '5min'")
context.configure(connection=connection, target_metadata=metadata, transaction_per_migration=False)
context.run_migrations()
