#!/bin/bash
# Reads the credit file (300,000 rows x 122 columns, about 156 MB) with this repository's reader, pandas' C engine, CsvHelper and a naive split, in
# one run on one machine. Needs root for apt-get where pandas is absent. Usage: tests/MlOps.Benchmarks/csv-peers.sh [RUNS]
set -euo pipefail
cd "$(dirname "$0")/../.."
runs=${1:-5}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
/usr/bin/python3 -c "import pandas" 2>/dev/null || { apt-get update -qq && apt-get install -y -qq python3-pandas; } >/dev/null
dotnet build tests/MlOps.Benchmarks -c Release -nologo -v q
dotnet functions/MlOps.Cli/bin/Release/net10.0/mlops.dll sample --rows 300000 --out "$folder" >/dev/null
file=$folder/initial.csv
sync "$file" # the system would go on writing it while the first ones read
bench="dotnet tests/MlOps.Benchmarks/bin/Release/net10.0/MlOps.Benchmarks.dll csv $file --runs $runs"
lscpu | grep "Model name" || true
$bench --threads 1
$bench --threads 2
/usr/bin/python3 tests/MlOps.Benchmarks/csv-peers.py "$file" "$runs" 0
$bench --threads 2 --values
$bench --threads 2 --columns 20
/usr/bin/python3 tests/MlOps.Benchmarks/csv-peers.py "$file" "$runs" 20
$bench --reader csvhelper
$bench --reader split
