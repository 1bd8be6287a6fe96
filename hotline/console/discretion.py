"""Where the console asks from whom a complaint is hidden; the files made in the background ask by the same (CMP-10)."""

from __future__ import annotations

from hotline.domain.discretion import answers_for_a_department as answers_for_a_department
from hotline.domain.discretion import calls as calls
from hotline.domain.discretion import cases as cases
from hotline.domain.discretion import hidden as hidden
from hotline.domain.discretion import leading_to as leading_to
from hotline.domain.discretion import leads as leads
from hotline.domain.discretion import not_about as not_about
from hotline.domain.discretion import shows as shows
