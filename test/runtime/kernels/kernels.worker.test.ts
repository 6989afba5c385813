import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { wasmBackend } from '../../../worker/runtime/backend/backend.ts';

test('the fast kernels run in workerd, relaxed SIMD included', async () => {
  await wasmBackend();
  const [filter, ones] = tf.tidy(() => [
    tf.keep(tf.tensor4d([1, 2, 3, 4, 5, 6], [1, 1, 2, 3])),
    tf.keep(tf.ones([1, 1, 5, 2])),
  ]);
  if (filter === undefined || ones === undefined) throw new Error('tidy gave nothing back');
  for (let time = 0; time < 3; time += 1) {
    const values = tf.tidy(() =>
      tf.fused
        .conv2d({
          x: ones as tf.Tensor4D,
          filter: filter as tf.Tensor4D,
          strides: 1,
          pad: 'same',
          bias: tf.tensor1d([0, 0, -20]),
          activation: 'relu6',
        })
        .dataSync<'float32'>(),
    );
    expect([...values]).toEqual([5, 6, 0, 5, 6, 0, 5, 6, 0, 5, 6, 0, 5, 6, 0]);
  }
  tf.dispose([filter, ones]);
});
