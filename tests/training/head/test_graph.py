"""A head as ONNX."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import onnx
import onnxruntime
import pytest

from kith.errors import ModelError
from kith.training.head.calibrate import probabilities
from kith.training.head.fit import fit
from kith.training.head.graph import PARITY, build, prove
from kith.training.head.records import KINDS

from .made import references

pytest.importorskip("sklearn", reason="needs the extra kith[train]")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("photos", [(5, 5), (3, 1, 7)])
def test_onnxruntime_gives_the_same(kind: str, photos: tuple[int, ...]) -> None:
    known = references(photos)
    fitted = fit(kind, known)
    graph = build(fitted, 7.5)
    assert prove(graph, fitted, 7.5, known.vectors) < 1e-5
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    said, similar = session.run(["probabilities", "similarity"], {"embedding": known.vectors})
    expected = probabilities(fitted.linear.scores(known.vectors), 7.5)
    np.testing.assert_allclose(said, expected, atol=PARITY)
    np.testing.assert_allclose(similar, known.vectors @ fitted.centroids.T, atol=1e-6)
    assert build(fitted, 7.5) == graph


def test_softmax_is_predict_proba() -> None:
    from sklearn.linear_model import LogisticRegression

    known = references((6, 5, 7))
    fitted = fit("softmax", known)
    model = LogisticRegression(C=10, class_weight="balanced", tol=1e-5).fit(
        known.vectors, known.person
    )
    centred = model.coef_ - model.coef_.mean(axis=0)
    length = float(np.linalg.norm(centred, axis=1).mean())
    session = onnxruntime.InferenceSession(
        build(fitted, length), providers=["CPUExecutionProvider"]
    )
    said = session.run(["probabilities"], {"embedding": known.vectors})[0]
    np.testing.assert_allclose(said, model.predict_proba(known.vectors), atol=PARITY)


def test_a_graph_that_says_something_else_is_refused() -> None:
    known = references((5, 5))
    fitted = fit("softmax", known)
    with pytest.raises(ModelError, match="nothing was kept"):
        prove(build(fitted, 8.0), fitted, 7.5, known.vectors)
    other = replace(fitted, centroids=fitted.centroids[::-1].copy())
    with pytest.raises(ModelError, match="differs by"):
        prove(build(other, 7.5), fitted, 7.5, known.vectors)


def test_nothing_but_three_operators() -> None:
    graph = onnx.load_model_from_string(build(fit("svm", references((4, 4, 4))), 3.0)).graph
    assert [node.op_type for node in graph.node] == ["Gemm", "Softmax", "MatMul"]
