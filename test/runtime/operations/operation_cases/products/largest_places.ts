import {
  answered,
  flag,
  float,
  type GateCase,
  int,
  integers,
  operation,
  text,
} from '../../../gate/gate_cases/case.ts';

/** Values by the documentation of tf.nn.max_pool_with_argmax. */
export const LARGEST_PLACE_CASES: readonly GateCase[] = [
  operation(
    'MaxPoolWithArgmax',
    'MaxPoolWithArgmax',
    { x: 'FP32' },
    {
      T: { type: 'DT_FLOAT' },
      Targmax: { type: 'DT_INT64' },
      padding: text('SAME'),
      include_batch_in_index: flag(false),
      ksize: integers(1, 2, 2, 1),
      strides: integers(1, 2, 2, 1),
    },
    'FP32',
    [
      answered(
        'the largest',
        { x: float([2, 2, 2, 1], [1, 5, 5, 2, -3, -1, -2, -1]) },
        float([2, 1, 1, 1], [5, -1]),
      ),
      answered('no images', { x: float([0, 2, 2, 1]) }, float([0, 1, 1, 1])),
    ],
  ),
  operation(
    'MaxPoolWithArgmax, places',
    'MaxPoolWithArgmax',
    { x: 'FP32' },
    {
      T: { type: 'DT_FLOAT' },
      Targmax: { type: 'DT_INT64' },
      padding: text('SAME'),
      include_batch_in_index: flag(false),
      ksize: integers(1, 2, 2, 1),
      strides: integers(1, 2, 2, 1),
    },
    'INT32',
    [
      answered(
        'the first of two that are equal, in its image',
        { x: float([2, 2, 2, 1], [1, 5, 5, 2, -3, -1, -2, -1]) },
        int([2, 1, 1, 1], [1, 1]),
      ),
      answered('of two channels', { x: float([1, 1, 2, 2], [1, 9, 8, 2]) }, int([1, 1, 1, 2], [2, 1])),
    ],
    1,
  ),
  operation(
    'MaxPoolWithArgmax, places in the batch',
    'MaxPoolWithArgmax',
    { x: 'FP32' },
    {
      T: { type: 'DT_FLOAT' },
      Targmax: { type: 'DT_INT64' },
      padding: text('SAME'),
      include_batch_in_index: flag(true),
      ksize: integers(1, 2, 2, 1),
      strides: integers(1, 2, 2, 1),
    },
    'INT32',
    [
      answered(
        'counted over all images',
        { x: float([2, 2, 2, 1], [1, 5, 5, 2, -3, -1, -2, -1]) },
        int([2, 1, 1, 1], [1, 5]),
      ),
    ],
    1,
  ),
];
