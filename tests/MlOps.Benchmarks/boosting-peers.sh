#!/usr/bin/env bash
# Training, prediction, binning and memory beside XGBoost (hist, lossguide) and scikit-learn's HistGradientBoosting, on
# the same data with equal leaves, rounds, rate and bins. Installs the peers (Debian's packages) and runs unattended.
# usage: boosting-peers.sh [ROWS [ROUNDS]]
set -euo pipefail
cd "$(dirname "$0")"
rows=${1:-240000} rounds=${2:-100} features=28
python=/usr/bin/python3
$python -c 'import xgboost, sklearn' 2>/dev/null || {
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends python3-xgboost python3-sklearn
}
dotnet build -c Release -nologo -v q
bench=bin/Release/net10.0/MlOps.Benchmarks
data=$(mktemp) lines=$(mktemp)
trap 'rm -f "$data" "$lines"' EXIT
"$bench" boosting write "$data" "$rows" "$features" 1
for leaves in 31 255; do
  for threads in 1 2; do
    export OMP_NUM_THREADS=$threads
    "$bench" boosting run "$data" "$rows" "$features" "$leaves" "$rounds" "$threads"
    $python boosting-peers.py xgboost "$data" "$rows" "$features" "$leaves" "$rounds" "$threads"
    $python boosting-peers.py histgradientboosting "$data" "$rows" "$features" "$leaves" "$rounds" "$threads"
  done
done | tee "$lines"
$python -c 'import sklearn, xgboost; print("xgboost", xgboost.__version__, "scikit-learn", sklearn.__version__)'
$python boosting-peers.py table "$lines"
