#!/bin/sh
# Proves a deployment: drops a small sample into the pipeline "smoke" as upstream would and waits for its predictions.
# MLOPS_SMOKE_TEST=skip leaves it out. The account must be reachable from here, which one behind private endpoints is not.
set -eu
if [ "${MLOPS_SMOKE_TEST:-run}" = skip ] || [ "${MLOPS_PRIVATE_NETWORKING:-false}" = true ]; then
  echo "smoke test: skipped"
  exit 0
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

blob() {
  verb=$1
  shift
  az storage blob "$verb" --auth-mode login --account-name "$DATA_STORAGE_NAME" --only-show-errors "$@"
}

etag() {
  blob list --container-name output --prefix smoke/pred_20200101.manifest.json --query '[0].properties.etag' --output tsv
}

# Two columns that a tree can learn from; other rows each time, so that a deployment over an older one proves something too.
sample() {
  awk -v rows="$1" -v seed="$2" 'BEGIN {
    srand(seed); print "ID,DEFAULTED,INCOME,DEBT"
    for (i = 1; i <= rows; i++) { income = 20 + int(rand() * 180); debt = int(rand() * 100)
      print seed % 100000 * 1000 + i "," (rand() < 1 / (1 + exp(0.03 * income - 0.05 * debt)) ? 1 : 0) "," income "," debt } }'
}

cat > "$folder/smoke.yaml" <<'YAML'
label: DEFAULTED
id: ID
model: {num_iterations: 20, num_leaves: 7, min_data_in_leaf: 10}
YAML
sample 600 1 > "$folder/initial.csv"
sample 100 "$(date +%s)" > "$folder/20200101.csv"

before=$(etag)
blob upload --container-name definitions --name smoke.yaml --file "$folder/smoke.yaml" --overwrite --output none
blob upload --container-name input --name smoke/initial.csv --file "$folder/initial.csv" --overwrite --output none
blob upload --container-name input --name smoke/20200101.csv --file "$folder/20200101.csv" --overwrite --output none
tries=0
until now=$(etag) && [ -n "$now" ] && [ "$now" != "$before" ]; do
  tries=$((tries + 1))
  if [ "$tries" -gt "${SMOKE_TRIES:-90}" ]; then
    echo "smoke test: no predictions for input/smoke/20200101.csv. Look at the logs of $FUNCTION_APP_NAME (run.ended), and whether the event subscription csv-dropped exists." >&2
    exit 1
  fi
  sleep "${SMOKE_PAUSE:-10}"
done
blob download --container-name output --name smoke/pred_20200101.csv --file "$folder/pred.csv" --output none
echo "smoke test: $(($(wc -l < "$folder/pred.csv") - 1)) predictions in output/smoke/pred_20200101.csv"
