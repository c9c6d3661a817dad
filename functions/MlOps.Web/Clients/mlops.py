"""Pipelines over HTTP: drop files, wait for predictions, read them as rows, score rows, look at models.

One file, the standard library alone, Python 3.9 or later. Copy it beside your script, or import it from here.

    from mlops import Mlops

    mlops = Mlops()                                        # `mlops up` on this machine
    mlops.wait(mlops.drop("credit", "20201001.csv"))
    rows = mlops.predictions("credit", "20201001")         # a list of dicts, one a row of the file
    pandas.DataFrame(rows)                                 # where pandas is wanted
    mlops.score("credit", [{"INCOME": 90, "AGE": None}])   # by the model in production, without a file

A call that is refused raises MlopsError: what is wrong, and what to do.
"""

import csv
import io
import json
import os
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import Any, Dict, Iterable, List, Mapping, NamedTuple, Optional, Union

__all__ = ["Drop", "Mlops", "MlopsError"]

Row = Dict[str, Any]


class MlopsError(Exception):
    """A call was refused, or a run did not end well.

    Attributes:
        status: HTTP status; None where a run is told of.
        detail: What is wrong.
        next: What to do; None where nothing is said.
        errors: Single mistakes, each a dict with its place; empty where there are none.
    """

    def __init__(self, detail: str, next: Optional[str] = None, status: Optional[int] = None, errors: Iterable[Row] = ()):
        super().__init__(" ".join(part for part in (detail, next) if part))
        self.status, self.detail, self.next, self.errors = status, detail, next, list(errors)


class Drop(NamedTuple):
    """A file that was dropped."""

    pipeline: str
    #: ``initial`` or ``yyyyMMdd``.
    period: str
    #: The version of the file, by which its run is known.
    etag: str


class Mlops:
    """The pipelines of one server.

    Args:
        url: Address of the server.
        key: Function key of a deployed app, from `ReaderApi`, `OperatorApi` or `ReleaserApi`; then `role` says of which.
        role: ``reader``, ``operator`` or ``releaser``.
        token: Bearer token of an identity with such a role, instead of a key.
        timeout: Seconds after which a call is given up.
    """

    def __init__(self, url: str = "http://127.0.0.1:5080", key: Optional[str] = None, role: str = "operator", token: Optional[str] = None, timeout: float = 100):
        self._api = url.rstrip("/") + (f"/keys/{role}" if key else "/api")
        self._headers = {"Accept": "application/json"}
        if key:
            self._headers["x-functions-key"] = key
        if token:
            self._headers["Authorization"] = "Bearer " + token
        self._timeout = timeout

    def pipelines(self) -> List[Row]:
        """The pipelines, what needs attention first."""
        return self._pages("/pipelines")

    def define(self, pipeline: str, yaml: str) -> None:
        """Writes a pipeline's definition, over the present one if there is one.

        Raises:
            MlopsError: It has mistakes; `errors` has the line of each.
        """
        path = f"/pipelines/{_part(pipeline)}/definition"
        try:
            with self._open("GET", path) as answer:
                condition = {"If-Match": answer.headers["ETag"]}
        except MlopsError as error:
            if error.status != 404:
                raise
            condition = {"If-None-Match": "*"}
        with self._open("PUT", path, yaml.encode(), {"Content-Type": "application/yaml", **condition}):
            pass

    def drop(self, pipeline: str, file: Union[str, "os.PathLike[str]", bytes], name: Optional[str] = None) -> Drop:
        """Drops a file, as upstream systems do.

        Args:
            file: A path, or the CSV itself as bytes.
            name: ``initial.csv`` (the history) or ``yyyyMMdd.csv`` (a period); by default the path's own name.
        """
        if isinstance(file, bytes):
            if name is None:
                raise ValueError("bytes have no name: say name='initial.csv' or name='20201001.csv'")
            content = file
        else:
            name = name or os.path.basename(os.fspath(file))
            with open(file, "rb") as stream:
                content = stream.read()
        path = f"/pipelines/{_part(pipeline)}/drops/{_part(name)}"
        taken = self._json("PUT", path, content, {"Content-Type": "text/csv"})
        return Drop(pipeline, taken["period"].rsplit("/", 1)[1], taken["eTag"].strip('"'))

    def wait(self, drop: Drop, timeout: float = float("inf"), pause: float = 1) -> Row:
        """Waits until the run of a dropped file has ended, and returns how its period stands.

        Raises:
            MlopsError: The file was refused or its run failed; says why.
            TimeoutError: It has not ended within `timeout` seconds.
        """
        run = f"{drop.pipeline}-{drop.period}-{drop.etag}"
        until = time.monotonic() + timeout
        while True:
            stands = self.period(drop.pipeline, drop.period)
            # Until the event is delivered, what stands there is of the file before.
            if (stands.get("runId") or "").startswith(run) and stands["standing"] in ("done", "failed"):
                if stands["standing"] == "failed":
                    raise MlopsError(f"{drop.pipeline} {drop.period} {stands['state']}: {stands['reason']}")
                return stands
            if time.monotonic() >= until:
                raise TimeoutError(f"{drop.pipeline} {drop.period} has not ended within {timeout:g} s: {stands.get('reason') or stands['standing']}")
            time.sleep(pause)

    def period(self, pipeline: str, period: str) -> Row:
        """How a period stands: `standing` (absent, pending, done, failed), `state`, `reason`, `runId`."""
        try:
            return self._json("GET", f"/pipelines/{_part(pipeline)}/periods/{_part(period)}")["period"]
        except MlopsError as error:
            if error.status == 404:
                return {"standing": "absent", "reason": error.detail}
            raise

    def predictions(self, pipeline: str, period: str) -> List[Row]:
        """A period's predictions, a dict a row; scores are floats, all else is text as it stands in the file."""
        with self._open("GET", f"/pipelines/{_part(pipeline)}/periods/{_part(period)}/predictions.csv", headers={"Accept": "text/csv"}) as answer:
            rows = list(csv.DictReader(io.TextIOWrapper(answer, "utf-8-sig", newline="")))
        for row in rows:
            for column, value in row.items():
                if column.upper() == "SCORE" or column.upper().startswith("SCORE_"):
                    row[column] = float(value)
        return rows

    def report(self, pipeline: str, period: str) -> str:
        """The report on a period's predictions: one HTML page that needs nothing else."""
        with self._open("GET", f"/pipelines/{_part(pipeline)}/periods/{_part(period)}/report.html", headers={"Accept": "text/html"}) as answer:
            return answer.read().decode()

    def score(self, pipeline: str, rows: Iterable[Mapping[str, Any]], reasons: int = 0) -> List[Row]:
        """Scores rows by the model in production; a row gets the score that its file would get.

        Args:
            rows: A mapping of column to value a row; NaN and None are missing values.
            reasons: How many columns to name that moved each score most.
        """
        body = json.dumps({"rows": [{c: None if v != v else v for c, v in row.items()} for row in rows]}).encode()
        return self._json("POST", f"/pipelines/{_part(pipeline)}/score?reasons={int(reasons)}", body, {"Content-Type": "application/json"})["rows"]

    def models(self, pipeline: str) -> List[Row]:
        """The models, the newest first: version, metrics on the test rows of their own history, parameters, aliases."""
        return self._pages(f"/pipelines/{_part(pipeline)}/models", "models")

    def champion(self, pipeline: str) -> Optional[str]:
        """Version of the model in production; None before the first."""
        return self._json("GET", f"/pipelines/{_part(pipeline)}/models?limit=1").get("champion")

    def performance(self, pipeline: str) -> List[Row]:
        """How predictions have turned out, the newest period first, as far as labels are known."""
        return self._pages(f"/pipelines/{_part(pipeline)}/performance")

    def _pages(self, path: str, within: Optional[str] = None) -> List[Row]:
        items: List[Row] = []
        continuation = None
        while True:
            page = self._json("GET", path + (f"?continuation={_part(continuation)}" if continuation else ""))
            page = page[within] if within else page
            items += page["items"]
            continuation = page.get("continuation")
            if not continuation:
                return items

    def _json(self, method: str, path: str, body: Optional[bytes] = None, headers: Optional[Mapping[str, str]] = None) -> Any:
        with self._open(method, path, body, headers) as answer:
            return json.load(answer)

    def _open(self, method: str, path: str, body: Optional[bytes] = None, headers: Optional[Mapping[str, str]] = None) -> Any:
        request = urllib.request.Request(self._api + path, body, {**self._headers, **(headers or {})}, method=method)
        try:
            return urllib.request.urlopen(request, timeout=self._timeout)
        except urllib.error.HTTPError as error:
            with error:
                raise _refusal(error) from None
        except urllib.error.URLError as error:
            raise MlopsError(f"{self._api} does not answer: {error.reason}.", "Is `mlops up` running, and the address right?") from None


def _refusal(error: urllib.error.HTTPError) -> MlopsError:
    try:
        problem = json.load(error)
        return MlopsError(problem.get("detail") or problem.get("title") or error.reason, problem.get("next"), error.code, problem.get("errors") or ())
    except ValueError:
        return MlopsError(f"HTTP {error.code} {error.reason}", None, error.code)


def _part(text: str) -> str:
    return urllib.parse.quote(text, safe="")
