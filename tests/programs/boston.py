"""House prices with premade regressors, linear and deep, given the columns of a table."""

import tempfile

import numpy as np
import tensorflow as tf

COLUMNS = ["crim", "rooms", "age", "tax"]
LABEL = "medv"


def houses(count, seed):
    rng = np.random.RandomState(seed)
    table = dict(crim=rng.exponential(1.0, count), rooms=4 + 4 * rng.rand(count), age=rng.rand(count))
    table["tax"] = 2 + 4 * rng.rand(count)
    noise = 0.3 * rng.randn(count)
    table[LABEL] = 3 * table["rooms"] - 2 * table["crim"] - table["age"] - 0.5 * table["tax"] + noise
    return table


def get_input_fn(data_set, num_epochs=None, batch_size=16):
    return tf.estimator.inputs.numpy_input_fn(
        x={k: data_set[k] for k in COLUMNS},
        y=data_set.get(LABEL),
        batch_size=batch_size,
        num_epochs=num_epochs,
        shuffle=False,
    )


class InitialWeights(tf.train.SessionRunHook):
    def after_create_session(self, session, coord):
        rng = np.random.RandomState(13)
        for variable in tf.trainable_variables():
            session.run(variable.initializer, {variable.initializer.inputs[1]: 0.3 * rng.randn(*variable.shape)})


def show(title, regressor, test, houses_to_price):
    ev = regressor.evaluate(input_fn=get_input_fn(test, num_epochs=1))
    print(title, "average loss: {average_loss:.5f}, mean: {prediction/mean:.5f}, labels: {label/mean:.5f}".format(**ev))
    predictions = regressor.predict(input_fn=get_input_fn(houses_to_price, num_epochs=1))
    print("Predictions:", ["%.4f" % p["predictions"][0] for p in predictions])


training, test = houses(96, 14), houses(40, 15)
to_price = {k: v[:5] for k, v in test.items() if k != LABEL}
feature_cols = [tf.feature_column.numeric_column(k) for k in COLUMNS]

linear = tf.estimator.LinearRegressor(feature_columns=feature_cols, model_dir=tempfile.mkdtemp())
linear.train(input_fn=get_input_fn(training), steps=100)
show("linear", linear, test, to_price)
print(["%.5f" % linear.get_variable_value("linear/linear_model/%s/weights" % k)[0, 0] for k in COLUMNS])

deep = tf.estimator.DNNRegressor(
    feature_columns=feature_cols,
    hidden_units=[10, 10],
    model_dir=tempfile.mkdtemp(),
    optimizer=tf.train.ProximalAdagradOptimizer(learning_rate=0.05, l1_regularization_strength=0.001),
    activation_fn=tf.nn.elu,
)
deep.train(input_fn=get_input_fn(training), steps=100, hooks=[InitialWeights()])
show("deep", deep, test, to_price)
