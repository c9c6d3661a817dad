#!/usr/bin/env bash
# Scoring over HTTP beside XGBoost behind Flask and gunicorn (two workers, kept connections): equal trees, the same file learned
# from, the same bodies sent by the same sender in the same run. Installs the peers (Debian's packages) and runs unattended.
# usage: serving-peers.sh
set -euo pipefail
cd "$(dirname "$0")"
python=/usr/bin/python3
$python -c 'import flask, gunicorn, numpy, xgboost' 2>/dev/null || {
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends python3-flask gunicorn python3-numpy python3-xgboost
} >/dev/null
dotnet build -c Release -nologo -v q
bench=bin/Release/net10.0
folder=$(mktemp -d)
dotnet $bench/mlops.dll sample --rows 20000 --out "$folder" >/dev/null
$python serving-peers.py train "$folder"
export PYTHONDONTWRITEBYTECODE=1 MLOPS_PEER_MODEL=$folder/peer OMP_NUM_THREADS=1
port=7392
$python -m gunicorn --workers 2 --worker-class gthread --threads 4 --keep-alive 60 --log-level error --bind 127.0.0.1:$port "serving-peers:app()" &
peer=$!
trap 'kill $peer; wait $peer 2>/dev/null; rm -rf "$folder"' EXIT
for _ in $(seq 100); do $python -c "import socket; socket.create_connection(('127.0.0.1', $port))" 2>/dev/null && break; sleep 0.1; done
$bench/MlOps.Benchmarks serving "$folder" "http://127.0.0.1:$port/score"
$python -c 'import flask, gunicorn, xgboost; print("peer: xgboost", xgboost.__version__, "behind flask", flask.__version__, "and gunicorn", gunicorn.__version__)'
