"""Everything the control plane remembers: tables, migrations, connections, filters and pages."""

from glidepath.admin.store.database import Store as Store, open_store as open_store
