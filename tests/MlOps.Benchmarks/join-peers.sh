#!/bin/bash
# Joins 300,000 rows with a side table of 3,000,000 as of each row's time, with this repository's join, DuckDB and pandas, in one run on one machine.
# Needs root for apt-get where pandas is absent. Usage: tests/MlOps.Benchmarks/join-peers.sh [RUNS]
set -euo pipefail
cd "$(dirname "$0")/../.."
runs=${1:-5}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
/usr/bin/python3 -c "import pandas" 2>/dev/null || { apt-get update -qq && apt-get install -y -qq --no-install-recommends python3-pandas; } >/dev/null
dotnet build tests/MlOps.Benchmarks -c Release -nologo -v q -p:DuckDb=true
lscpu | grep "Model name" || true
dotnet tests/MlOps.Benchmarks/bin/Release/net10.0/MlOps.Benchmarks.dll join "$folder" "$runs"
/usr/bin/python3 tests/MlOps.Benchmarks/join-peers.py "$folder" "$runs"
