"""How Alembic runs this lineage: on the connection it is handed, in that connection's transaction."""

from alembic import context

from storage.identity.schema import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, transaction_per_migration=False)
context.run_migrations()
