#!/usr/bin/env python3
"""Trains and predicts with the peers on the file that `boosting write` made, and prints a line of JSON each.

Run boosting-peers.sh, which installs the peers and calls this for every setting.
"""
import json
import resource
import sys
import time

import numpy


def read(path, rows, features):
    data = numpy.fromfile(path, dtype="<f8").reshape(features + 1, rows)
    return numpy.ascontiguousarray(data[:features].T), data[features].copy()


def auc(scores, label):
    from sklearn.metrics import roc_auc_score
    return round(float(roc_auc_score(label, scores)), 6)


def timed(action):
    start, cpu = time.perf_counter(), time.process_time()
    result = action()
    return (time.perf_counter() - start, time.process_time() - cpu), result


def best(action):
    """The faster of two."""
    return min((timed(action) for _ in range(2)), key=lambda run: run[0])


def median(action):
    """The median of five, after one that is not counted."""
    action()
    return sorted((timed(action) for _ in range(5)), key=lambda run: run[0])[2]


def xgboost(x, y, leaves, rounds, threads):
    import xgboost as xgb
    start = time.perf_counter()
    # DMatrix keeps the values; the hist bins are cut in the first round, so one round is trained ahead and not counted.
    train = xgb.DMatrix(x, y, nthread=threads)
    parameters = dict(objective="binary:logistic", tree_method="hist", grow_policy="lossguide", max_leaves=leaves,
                      max_depth=0, max_bin=255, eta=0.1, min_child_weight=1e-3, nthread=threads, verbosity=0)
    parameters["lambda"] = 0.0
    xgb.train(parameters, train, num_boost_round=1)
    binning = time.perf_counter() - start
    (training, training_cpu), model = best(lambda: xgb.train(parameters, train, num_boost_round=rounds))
    (predicting, predicting_cpu), scores = median(lambda: model.inplace_predict(x))
    return binning, training, training_cpu, predicting, predicting_cpu, scores


def histgradientboosting(x, y, leaves, rounds, threads):
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.ensemble._hist_gradient_boosting.binning import _BinMapper
    start = time.perf_counter()
    _BinMapper(n_bins=256, n_threads=threads, random_state=1).fit_transform(x)
    binning = time.perf_counter() - start
    model = HistGradientBoostingClassifier(max_leaf_nodes=leaves, max_iter=rounds, learning_rate=0.1, max_bins=255,
                                           min_samples_leaf=20, early_stopping=False, random_state=1)
    (training, training_cpu), _ = best(lambda: model.fit(x, y))
    (predicting, predicting_cpu), scores = median(lambda: model.predict_proba(x)[:, 1])
    return binning, training - binning, training_cpu, predicting, predicting_cpu, scores


def table(path):
    """Markdown of a run's lines: figures, and beside each peer's training the share of it that MlOps.Boosting took."""
    runs = [json.loads(line) for line in open(path) if line.startswith("{")]
    print("| leaves | threads | learner | binning s | training s | of the peer's | rows/s predicted | times the peer's | peak MB | AUC |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for run in runs:
        own = next(r for r in runs if r["learner"] == "MlOps.Boosting" and (r["leaves"], r["threads"]) == (run["leaves"], run["threads"]))
        share, times = "", ""
        if run is not own:
            share = "%.2f" % (own["training_seconds"] / run["training_seconds"])
            times = "%.1f" % (own["predict_rows_per_second"] / run["predict_rows_per_second"])
        print("| %d | %d | %s | %.2f | %.2f | %s | %s | %s | %d | %.4f |" % (
            run["leaves"], run["threads"], run["learner"], run["binning_seconds"], run["training_seconds"], share,
            format(int(round(run["predict_rows_per_second"], -3)), ",d"), times, run["peak_memory_mb"], run["auc"]))


def main():
    if sys.argv[1] == "table":
        return table(sys.argv[2])
    learner, path, rows, features, leaves, rounds, threads = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])
    x, y = read(path, rows, features)
    binning, training, training_cpu, predicting, predicting_cpu, scores = globals()[learner](x, y, leaves, rounds, threads)
    print(json.dumps(dict(learner=learner, leaves=leaves, threads=threads, rounds=rounds,
                          binning_seconds=round(binning, 3), training_seconds=round(training, 3),
                          training_cpu_seconds=round(training_cpu, 3),
                          predict_rows_per_second=round(rows / predicting),
                          predict_rows_per_cpu_second=round(rows / predicting_cpu),
                          peak_memory_mb=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
                          auc=auc(scores, y))), flush=True)


if __name__ == "__main__":
    main()
