"""`python -m gitops_gate`, for whoever cannot put scripts on PATH."""

import sys

from . import main

sys.exit(main())
