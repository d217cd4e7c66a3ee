"""Run folders: what a training writes and everybody else reads. No training framework here."""

import csv

csv.field_size_limit(2**31 - 1)  # a damaged line can be one long field, at which the module would stop reading
