"""Ratings by matrix factorization: rows of embeddings, one reinitializable iterator for two data sets."""

import numpy as np
import tensorflow as tf

USERS, MOVIES, SIZE = 15, 12, 3
rng = np.random.RandomState(41)
taste, kind = rng.randn(USERS, 2), rng.randn(MOVIES, 2)
users, movies = [place.ravel() for place in np.mgrid[:USERS, :MOVIES]]
ratings = (3 + taste.dot(kind.T)[users, movies]).astype(np.float32)
order = rng.permutation(len(users))
train_rows, valid_rows = order[:150], order[150:]


def dataset(rows, batch_size):
    columns = {"user": users[rows], "movie": movies[rows], "rating": ratings[rows]}
    return tf.data.Dataset.from_tensor_slices(columns).batch(batch_size)


train, valid = dataset(train_rows, 25), dataset(valid_rows, 30)
iterator = tf.data.Iterator.from_structure(train.output_types, train.output_shapes)
batch = iterator.get_next()
init_train, init_valid = iterator.make_initializer(train), iterator.make_initializer(valid)

with tf.variable_scope("factors", initializer=tf.constant_initializer(0.0)):
    start = tf.constant_initializer(0.3 * rng.randn(USERS, SIZE))
    user_factors = tf.get_variable("users", [USERS, SIZE], initializer=start)
    movie_factors = tf.get_variable("movies", [MOVIES, SIZE], initializer=tf.constant_initializer(0.2))
    user_bias = tf.get_variable("user_bias", [USERS])
    overall = tf.get_variable("overall", [], initializer=tf.constant_initializer(3.0))
user = tf.nn.embedding_lookup(user_factors, batch["user"], name="user")
movie = tf.gather(movie_factors, batch["movie"])
bias = tf.nn.embedding_lookup(user_bias, batch["user"])
predicted = overall + bias + tf.reduce_sum(user * movie, axis=1)
error = tf.reduce_mean(tf.squared_difference(predicted, batch["rating"]))
penalty = 0.001 * tf.add_n([tf.nn.l2_loss(t) for t in (user, movie)])
global_step = tf.train.create_global_step()
optimizer = tf.train.AdagradOptimizer(0.3)
train_op = optimizer.minimize(error + penalty, global_step=global_step)
mae, update_mae = tf.metrics.mean_absolute_error(batch["rating"], predicted)

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for epoch in range(4):
        sess.run(init_train)
        losses = []
        while True:
            try:
                losses.append(sess.run([error, train_op])[0])
            except tf.errors.OutOfRangeError:
                break
        sess.run([init_valid, tf.local_variables_initializer()])
        try:
            while True:
                sess.run(update_mae)
        except tf.errors.OutOfRangeError:
            pass
        print("epoch %d: training %.5f, validation %.5f" % (epoch, np.mean(losses), sess.run(mae)))
    print("steps:", tf.train.global_step(sess, global_step), [v.name for v in tf.trainable_variables()])
    slots = optimizer.get_slot(user_bias, "accumulator"), optimizer.get_slot_names()
    print(np.round(sess.run(slots[0])[:4], 4), slots[1], np.round(sess.run(movie_factors)[0], 4))
