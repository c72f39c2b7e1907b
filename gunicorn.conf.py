# SPDX-License-Identifier: AGPL-3.0-or-later
"""How gunicorn serves the polling place; it reads this file where it is started.

Threads, because what several voters send at the same time is verified together: voting/services/gathering.py.
More of them than ballots may wait there, so that the board can always be read.
"""

import logging
import os

from voting.logs import WithoutRequests

worker_class = "gthread"
threads = int(os.environ.get("WEB_THREADS", "24"))
timeout = 120  # s; of a worker's heart, not of a request
logging.getLogger("gunicorn.error").addFilter(WithoutRequests())  # its own handler writes it


def post_worker_init(worker: object) -> None:  # noqa: ARG001  # gunicorn calls it so
    """Prepare the tables of the open elections beside the first requests, in each worker process."""
    from voting.services import warming  # noqa: PLC0415  # once the application is loaded

    warming.start()
