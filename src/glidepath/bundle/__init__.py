"""From files to what is registered: find and name entities, select and pack code, compute versions, write packages.

``loading`` imports, ``making`` packs and versions, ``package`` writes; nothing loads with this door.
"""
