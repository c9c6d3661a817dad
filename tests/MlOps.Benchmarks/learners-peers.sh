#!/usr/bin/env bash
# The pipeline with ten trials on real tables beside scikit-learn's HistGradientBoosting (100 trees, no early stopping), learned
# from and judged on the same rows. Installs the peer (Debian's package) and runs unattended; ends with 1 if one table is worse.
# usage: learners-peers.sh DATA-FOLDER [CASE [SEED]]     (SEED divides the rows; 42 is the default of every definition)
set -euo pipefail
data=$(realpath "$1")
cd "$(dirname "$0")"
python=/usr/bin/python3
$python -c 'import pandas, sklearn' 2>/dev/null || {
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends python3-pandas python3-sklearn
}
dotnet build -c Release -nologo -v q
output=$(mktemp -d)
trap 'rm -rf "$output"' EXIT
bin/Release/net10.0/MlOps.Benchmarks learners "$data" "$output" "${@:2}"
$python learners-peers.py "$output"
