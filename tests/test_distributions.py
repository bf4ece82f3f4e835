"""tf.distributions beside numbers of TensorFlow 1.15."""

from __future__ import annotations

import numpy as np
import pytest

import estimators.compat.v1 as tf

D = tf.distributions


def pairs():
    """(what is computed, what TensorFlow 1.15 says)."""
    normal, wide = D.Normal([0.0, 1.0], [1.0, 0.5]), D.Normal(0.3, 2.0)
    uniform = D.Uniform([0.0, 1.0], 3.0)
    truth, rare = D.Bernoulli(logits=[0.2, -1.0]), D.Bernoulli(probs=[0.25])
    classes, other = (
        D.Categorical(logits=[[1.0, 2.0, 0.5], [0.0, 0.0, 1.0]]),
        D.Categorical(probs=[[0.2, 0.3, 0.5], [0.1, 0.1, 0.8]]),
    )
    return [
        (normal.prob([0.5, 0.2]), [0.3521, 0.2218]),
        (normal.log_prob([[0.5], [0.2]]), [[-1.0439, -0.7258], [-0.9389, -1.5058]]),
        (normal.entropy(), [1.4189, 0.7258]),
        (normal.cdf(0.4), [0.6554, 0.1151]),
        (normal.mean(), [0, 1]),
        (normal.mode(), [0, 1]),
        (normal.variance(), [1, 0.25]),
        (normal.stddev(), [1, 0.5]),
        (D.kl_divergence(normal, wide), [0.3294, 0.9788]),
        (uniform.prob([0.0, 2.0]), [0.3333, 0.5]),
        (uniform.prob(3.0), [0, 0]),
        (uniform.log_prob(1.0), [-1.0986, -0.6931]),
        (uniform.entropy(), [1.0986, 0.6931]),
        (uniform.mean(), [1.5, 2]),
        (uniform.variance(), [0.75, 0.3333]),
        (uniform.stddev(), [0.866, 0.5774]),
        (truth.prob([1, 0]), [0.5498, 0.7311]),
        (truth.log_prob(1), [-0.5981, -1.3133]),
        (truth.entropy(), [0.6882, 0.5822]),
        (truth.variance(), [0.2475, 0.1966]),
        (truth.stddev(), [0.4975, 0.4434]),
        (truth.mode(), [1, 0]),
        (truth.mean(), [0.5498, 0.2689]),
        (rare.logits, [-1.0986]),
        (rare.log_prob(0), [-0.2877]),
        (classes.prob([1, 2]), [0.6285, 0.5761]),
        (classes.log_prob([0, 0]), [-1.4644, -1.5514]),
        (classes.entropy(), [0.906, 0.9753]),
        (classes.mode(), [1, 2]),
        (D.kl_divergence(classes, other), [0.3201, 0.1293]),
        (other.entropy(), [1.0297, 0.639]),
        (other.log_prob([2, 0]), [-0.6931, -2.3026]),
        (classes.probs, [[0.2312, 0.6285, 0.1402], [0.2119, 0.2119, 0.5761]]),
    ]


def test_densities_and_moments():
    with tf.Graph().as_default(), tf.Session() as session:
        fetches, expected = zip(*pairs(), strict=True)
        for found, wanted in zip(session.run(fetches), expected, strict=True):
            assert found == pytest.approx(np.array(wanted), abs=1e-4)


def test_samples_have_the_moments_of_the_distribution():
    with tf.Graph().as_default(), tf.Session() as session:
        classes = D.Categorical(logits=[[1.0, 2.0, 0.5], [0.0, 0.0, 1.0]])
        drawn = {
            "normal": D.Normal([0.0, 5.0], 2.0).sample(4000, seed=1),
            "uniform": D.Uniform(1.0, [2.0, 3.0]).sample([2000, 2], seed=2),
            "truth": D.Bernoulli(probs=[0.25, 0.5]).sample(4000, seed=3),
            "class": classes.sample([20, 200], seed=4),
            "one": classes.sample(seed=5),
        }
        found, shares = session.run([drawn, classes.probs])
    assert found["normal"].shape == (4000, 2) and found["uniform"].shape == (2000, 2, 2) and found["one"].shape == (2,)
    assert found["normal"].mean(0) == pytest.approx([0, 5], abs=0.15)
    assert found["normal"].std(0) == pytest.approx([2, 2], abs=0.15)
    assert found["uniform"].mean((0, 1)) == pytest.approx([1.5, 2], abs=0.05) and found["uniform"].min() >= 1
    assert found["truth"].dtype == np.int32 and found["truth"].mean(0) == pytest.approx([0.25, 0.5], abs=0.04)
    assert (found["class"] == 1).mean((0, 1)) == pytest.approx(shares[:, 1], abs=0.04)


def test_a_policy_gradient_goes_through_the_logarithm_of_a_probability():
    with tf.Graph().as_default(), tf.Session() as session:
        mean = tf.constant([0.5])
        slope = tf.gradients(D.Normal(mean, 2.0).log_prob([1.5]), mean)[0]
        assert session.run(slope) == pytest.approx([0.25])


def test_what_is_refused():
    with pytest.raises(ValueError, match="Must pass probs or logits, but not both."):
        D.Bernoulli()
    with pytest.raises(ValueError, match="Must pass probs or logits, but not both."):
        D.Categorical(logits=[1.0], probs=[1.0])
    with pytest.raises(NotImplementedError, match="No KL"):
        D.kl_divergence(D.Normal(0.0, 1.0), D.Uniform())
