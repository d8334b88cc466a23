"""The logger that users' code gets: ``from glidepath import logger``."""

import logging

logger = logging.getLogger("glidepath.user")
