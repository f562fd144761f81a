"""Run by compliance-trestle's own Python: reads assessment results and prints what it read, as it would write them.

python read_back.py FILE
"""

from __future__ import annotations

import sys
from pathlib import Path

from trestle.oscal.assessment_results import AssessmentResults

read = AssessmentResults.oscal_read(Path(sys.argv[1]))
assert read is not None
sys.stdout.write(read.oscal_serialize_json())
