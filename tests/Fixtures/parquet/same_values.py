#!/usr/bin/env python3
"""Reads a Parquet file with pandas and holds it against the CSV of the same table, cell by cell: numbers to the bit, texts as they stand.

    same_values.py PREDICTIONS.csv PREDICTIONS.parquet

Prints the number of cells and ends with 0 where all are the same. Needs pandas with pyarrow or fastparquet.
"""
import csv
import sys

import pandas

with open(sys.argv[1], encoding="utf-8", newline="") as file:
    header, *rows = csv.reader(file)
table = pandas.read_parquet(sys.argv[2])
if list(table.columns) != header or len(table) != len(rows):
    sys.exit(f"{list(table.columns)} and {len(table)} rows, and the CSV has {header} and {len(rows)}")
cells = 0
for at, name in enumerate(header):
    column = table[name]
    for row, text in enumerate(rows):
        value = column.iloc[row]
        same = value == text[at] if isinstance(value, str) else pandas.isna(value) if text[at] == "" else float(text[at]) == value
        if not same:
            sys.exit(f"{name}, row {row + 1}: {value!r}, and the CSV has {text[at]!r}")
        cells += 1
print(cells)
