"""Which of two models tells three Italian wines apart better?

A pipeline on scikit-learn's wine data: load, split, train two models (each in a sub-workflow of its own), compare, report.
Between its tasks travel a DataFrame, a dataclass, a file and a NamedTuple.

    pyflyte run examples/wine.py training_wf --test_size 0.3
    pyflyte run --remote --wait examples/wine.py training_wf --test_size 0.3
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import joblib
import pandas as pd
from flytekit import Resources, current_context, task, workflow
from flytekit.types.file import FlyteFile
from sklearn.datasets import load_wine
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, confusion_matrix
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

TARGET = "cultivar"


@dataclass
class ForestSettings:
    """What shapes a random forest."""

    trees: int = 100
    max_depth: int = 4


SMALL_FOREST = ForestSettings()


@dataclass
class Score:
    """How one model did on the test set; row i, column j of ``confusion`` counts wines of cultivar i taken for j."""

    model: str
    accuracy: float
    confusion: list[list[int]] = field(default_factory=list)


class Split(NamedTuple):
    train: pd.DataFrame
    test: pd.DataFrame


class Candidate(NamedTuple):
    model: FlyteFile
    score: Score


class Verdict(NamedTuple):
    best: Score
    margin: float


class Training(NamedTuple):
    best: Score
    model: FlyteFile
    report: FlyteFile


@task
def load() -> pd.DataFrame:
    """178 wines: thirteen chemical measurements and the cultivar each was grown from."""
    wine = load_wine(as_frame=True)
    return wine.frame.rename(columns={"target": TARGET})


@task
def split(wine: pd.DataFrame, test_size: float, seed: int) -> Split:
    """Cuts the wines into a training set and a test set with the same mix of cultivars."""
    train, test = train_test_split(wine, test_size=test_size, random_state=seed, stratify=wine[TARGET])
    return Split(train=train.reset_index(drop=True), test=test.reset_index(drop=True))


@task(requests=Resources(cpu="500m", mem="300Mi"), retries=1)
def train_forest(train: pd.DataFrame, settings: ForestSettings, seed: int) -> FlyteFile:
    model = RandomForestClassifier(n_estimators=settings.trees, max_depth=settings.max_depth, random_state=seed)
    model.fit(train.drop(columns=TARGET), train[TARGET])
    return save(model, "forest")


@task(requests=Resources(cpu="500m", mem="300Mi"), retries=1)
def train_linear(train: pd.DataFrame) -> FlyteFile:
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    model.fit(train.drop(columns=TARGET), train[TARGET])
    return save(model, "linear")


@task
def evaluate(name: str, model: FlyteFile, test: pd.DataFrame) -> Score:
    predicted = joblib.load(model.download()).predict(test.drop(columns=TARGET))
    return Score(
        model=name,
        accuracy=round(float(accuracy_score(test[TARGET], predicted)), 4),
        confusion=confusion_matrix(test[TARGET], predicted).tolist(),
    )


@task
def compare(first: Score, second: Score) -> Verdict:
    """The better score; the first one wins a tie."""
    best, other = (second, first) if second.accuracy > first.accuracy else (first, second)
    return Verdict(best=best, margin=round(best.accuracy - other.accuracy, 4))


@task
def pick(best: Score, forest: FlyteFile, linear: FlyteFile) -> FlyteFile:
    """The file of the model that won."""
    return {"forest": forest, "linear": linear}[best.model]


@task
def report(wine: pd.DataFrame, best: Score, margin: float) -> FlyteFile:
    """A page in Markdown."""
    rows = "\n".join(f"| {i} | {' | '.join(str(n) for n in row)} |" for i, row in enumerate(best.confusion))
    path = Path(current_context().working_directory) / "wine.md"
    path.write_text(
        f"# {len(wine)} wines, {wine[TARGET].nunique()} cultivars\n\n"
        f"The {best.model} model is best: {best.accuracy:.1%} of the test set, {margin:.1%} ahead.\n\n"
        f"| cultivar | taken for 0 | 1 | 2 |\n|---|---|---|---|\n{rows}\n"
    )
    return FlyteFile(str(path))


def save(model: object, name: str) -> FlyteFile:
    path = Path(current_context().working_directory) / f"{name}.joblib"
    joblib.dump(model, path)
    return FlyteFile(str(path))


@workflow
def forest_wf(train: pd.DataFrame, test: pd.DataFrame, settings: ForestSettings, seed: int) -> Candidate:
    model = train_forest(train=train, settings=settings, seed=seed)
    return Candidate(model=model, score=evaluate(name="forest", model=model, test=test))


@workflow
def linear_wf(train: pd.DataFrame, test: pd.DataFrame) -> Candidate:
    model = train_linear(train=train)
    return Candidate(model=model, score=evaluate(name="linear", model=model, test=test))


@workflow
def training_wf(test_size: float = 0.25, settings: ForestSettings = SMALL_FOREST, seed: int = 7) -> Training:
    """Trains two models on the wine data and keeps the better one.

    Args:
        test_size: share of the wines that is kept from training
        settings: of the forest, as JSON or a file: {"trees": 200, "max_depth": 6}
        seed: of the split and of the forest
    """
    wine = load()
    parts = split(wine=wine, test_size=test_size, seed=seed)
    forest = forest_wf(train=parts.train, test=parts.test, settings=settings, seed=seed)
    linear = linear_wf(train=parts.train, test=parts.test)
    verdict = compare(first=forest.score, second=linear.score)
    return Training(
        best=verdict.best,
        model=pick(best=verdict.best, forest=forest.model, linear=linear.model),
        report=report(wine=wine, best=verdict.best, margin=verdict.margin),
    )
