"""deploy/gunicorn.conf.py for crash tests: the header X-Failpoint of a request arms a failpoint in its process.

The process that comes after it is forked from a loaded one, quickly, and knows nothing of that.
"""

import importlib
import os
import runpy
from pathlib import Path
from typing import Any

globals().update(runpy.run_path(str(Path(__file__).resolve().parents[2] / "deploy" / "gunicorn.conf.py")))

preload_app = True


def pre_request(_worker: object, request: Any) -> None:
    from images import failpoints

    point = dict(request.headers).get("X-FAILPOINT")
    if point is not None:
        os.environ["FAILPOINT"] = point
    elif os.environ.pop("FAILPOINT", None) is None:
        return
    importlib.reload(failpoints)
