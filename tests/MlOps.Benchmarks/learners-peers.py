"""scikit-learn's HistGradientBoosting (100 trees, no early stopping) on the rows that the pipeline learned from and was judged on."""
import json
import pathlib
import sys

import numpy as np
import pandas as pd
import sklearn
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.metrics import log_loss, mean_squared_error, roc_auc_score

LABEL, PART = "\x01label", "__part"


def score(metric, model, features, label):
    if metric == "rmse":
        return mean_squared_error(label, model.predict(features), squared=False)
    chances = model.predict_proba(features)
    return roc_auc_score(label, chances[:, 1]) if metric == "auc" else log_loss(label, chances, labels=model.classes_)


def peer(case, metric, learned):
    features = case.drop(columns=[LABEL, PART])
    texts = [i for i, name in enumerate(features.columns) if features[name].dtype == object]
    for i in texts:
        codes = features.iloc[:, i].astype("category").cat.codes.astype(float)
        features[features.columns[i]] = codes.where(codes >= 0, np.nan)
    train, test = case[PART].isin(learned), case[PART] == "test"
    kind = HistGradientBoostingRegressor if metric == "rmse" else HistGradientBoostingClassifier
    model = kind(max_iter=100, early_stopping=False, random_state=0, categorical_features=texts or None)
    model.fit(features[train], case.loc[train, LABEL])
    return score(metric, model, features[test], case.loc[test, LABEL])


def main(folder):
    print(f"scikit-learn {sklearn.__version__}; every figure is of the test part")
    print(f"{'case':16} {'metric':14} {'MlOps':>9} {'peer, train':>12} {'peer, train+valid':>18}  verdict")
    worse = 0
    for path in sorted(pathlib.Path(folder).glob("*.json")):
        facts = json.loads(path.read_text())
        case = pd.read_csv(path.with_suffix(".csv"), keep_default_na=False, na_values=[""], low_memory=False)
        metric, ours = facts["metric"], facts["test"][facts["metric"]]
        theirs = [peer(case, metric, parts) for parts in (["train"], ["train", "valid"])]
        good = ours >= theirs[0] if metric == "auc" else ours <= theirs[0]
        worse += not good
        print(f"{facts['name']:16} {metric:14} {ours:9.5f} {theirs[0]:12.5f} {theirs[1]:18.5f}  {'at least as good' if good else 'worse'}")
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
