#!/usr/bin/env bash
# Makes the two pictures of the README from a demo: tests/Pictures/run.png and report.png. Needs Debian's chromium and imagemagick.
set -euo pipefail
cd "$(dirname "$0")/.."
data=$(mktemp -d)
dotnet build functions/MlOps.Cli -c Release -v q -nologo
mlops=functions/MlOps.Cli/bin/Release/net10.0/mlops.dll
dotnet "$mlops" demo --data "$data" > "$data/demo.txt"
dotnet "$mlops" up --data "$data" --port 5393 > "$data/up.txt" 2>&1 &
server=$!
trap 'kill "$server"; wait "$server" || true; rm -rf "$data"' EXIT
until curl -sf http://127.0.0.1:5393/health/ready > /dev/null; do sleep 0.5; done
run=$(curl -s "http://127.0.0.1:5393/api/runs?limit=20" | tr ',' '\n' | sed -nE 's/.*"runId": *"([^"]*-20201201-[^"]*)".*/\1/p' | sed -n 1p)
report="$data/predictions/credit-default/pred_20201201.report.html"
shot() {
  chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --virtual-time-budget=8000 --window-size=1280,900 --screenshot="$data/$1.png" "$2" 2> /dev/null
  convert "$data/$1.png" -resize 960x -colors 128 -strip "PNG8:tests/Pictures/$1.png"
}
shot run "http://127.0.0.1:5393/#/runs/$run"
shot report "file://$report"
ls -l tests/Pictures
