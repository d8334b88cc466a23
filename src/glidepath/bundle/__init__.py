"""From the user's files to what is registered: find and name entities, select and pack code, compute the version, write packages.

``loading`` imports, ``making`` packs and versions, ``package`` writes; nothing loads with this door.
"""
