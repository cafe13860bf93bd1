# SPDX-License-Identifier: Apache-2.0
"""Real models after the Bayesmark protocol: tuning learning algorithms of scikit-learn on its built-in data sets.

`bayesmark:MODEL:DATASET`. A trial is told, and counted by, the mean loss (log loss, or mean squared error of
standardised targets) of a 5-fold cross-validation, whose folds are the seed's. Suggestions come in 16 rounds of 8.
Digits are cut to 500 rows, so that a run takes minutes.
"""
import functools
import warnings

import numpy as np

from suite.problem import Problem, generator

_LOG = {"log": True}
_SPACES = {
    "knn": {"n_neighbors": {"int": [1, 25]}, "p": {"int": [1, 4]}, "weights": {"choice": ["uniform", "distance"]}},
    "svm": {"C": {"float": [1.0, 1e3], **_LOG}, "gamma": {"float": [1e-4, 1e-1], **_LOG},
            "tol": {"float": [1e-5, 1e-1], **_LOG}},
    "tree": {"max_depth": {"int": [1, 15]}, "min_samples_split": {"float": [0.01, 0.99]},
             "min_samples_leaf": {"float": [0.01, 0.49]}, "max_features": {"float": [0.01, 0.99]}},
    "forest": {"max_depth": {"int": [1, 15]}, "max_features": {"float": [0.01, 0.99]},
               "min_samples_split": {"float": [0.01, 0.99]}, "min_samples_leaf": {"float": [0.01, 0.49]},
               "bootstrap": {"bool": None}},
    "mlp": {"hidden_layer_sizes": {"int": [50, 200]}, "alpha": {"float": [1e-5, 10], **_LOG},
            "batch_size": {"int": [10, 250]}, "learning_rate_init": {"float": [1e-5, 1e-1], **_LOG},
            "beta_1": {"float": [0.5, 0.99]}, "activation": {"choice": ["relu", "tanh"]}},
    "linear": {"alpha": {"float": [1e-4, 1e4], **_LOG}, "l1_ratio": {"float": [0.0, 1.0]}},
}
_DATA = {"breast": "load_breast_cancer", "digits": "load_digits", "iris": "load_iris", "wine": "load_wine",
         "diabetes": "load_diabetes"}


def names():
    return [f"bayesmark:{model}:{data}" for model in _SPACES for data in _DATA]


@functools.lru_cache(maxsize=8)
def _data(name):
    from sklearn import datasets, model_selection, preprocessing
    x, y = getattr(datasets, _DATA[name])(return_X_y=True)
    if name == "digits":
        x, _, y, _ = model_selection.train_test_split(x, y, train_size=500, random_state=0, stratify=y)
    classes = name != "diabetes"
    x = preprocessing.StandardScaler().fit_transform(x)
    return x, y if classes else (y - y.mean()) / y.std(), classes


def _model(kind, c, classes):
    from sklearn import ensemble, linear_model, neighbors, neural_network, svm, tree
    which = 0 if classes else 1
    c = dict(c)
    if kind == "knn":
        return (neighbors.KNeighborsClassifier, neighbors.KNeighborsRegressor)[which](**c)
    if kind == "svm":
        return svm.SVC(probability=True, random_state=0, max_iter=20000, **c) if classes else svm.SVR(max_iter=20000, **c)
    if kind == "tree":
        return (tree.DecisionTreeClassifier, tree.DecisionTreeRegressor)[which](random_state=0, **c)
    if kind == "forest":
        return (ensemble.RandomForestClassifier, ensemble.RandomForestRegressor)[which](
            n_estimators=10, random_state=0, **c)
    if kind == "mlp":
        return (neural_network.MLPClassifier, neural_network.MLPRegressor)[which](
            max_iter=30, random_state=0, **c)
    if classes:
        return linear_model.LogisticRegression(C=1 / c["alpha"], l1_ratio=c["l1_ratio"], penalty="elasticnet",
                                               solver="saga", max_iter=50, random_state=0)
    return linear_model.ElasticNet(alpha=c["alpha"] / 100, l1_ratio=c["l1_ratio"], max_iter=500)


def _loss(model, x, y, x_test, y_test, classes):
    from sklearn import metrics
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        model.fit(x, y)
        if not classes:
            return float(np.mean((model.predict(x_test) - y_test) ** 2))
        return float(metrics.log_loss(y_test, np.clip(model.predict_proba(x_test), 1e-6, 1), labels=np.unique(y)))


def make(name, seed):
    from sklearn import model_selection
    _, kind, data = name.split(":")
    x, y, classes = _data(data)
    splitter = model_selection.StratifiedKFold if classes else model_selection.KFold
    folds = list(splitter(5, shuffle=True, random_state=int(generator(name, seed).integers(2**31))).split(x, y))
    known = {}

    def score(c):
        key = tuple(sorted(c.items()))
        if key not in known:
            try:
                known[key] = float(np.mean(
                    [_loss(_model(kind, c, classes), x[a], y[a], x[b], y[b], classes) for a, b in folds]))
            except ValueError:
                known[key] = float("nan")
        return known[key]
    return Problem(name, "real models", _SPACES[kind], lambda c, trial: score(c), score, batch=8)
