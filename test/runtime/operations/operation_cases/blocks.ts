import { answered, float, type GateCase, int, operation, refused, text } from '../../gate/gate_cases/case.ts';

const attributes = (format: string, type = 'DT_FLOAT') => ({
  T: { type },
  block_size: { i: '2' },
  data_format: text(format),
});

/** Values by the documentation of tf.nn.space_to_depth and tf.nn.depth_to_space. */
export const BLOCK_CASES: readonly GateCase[] = [
  operation('SpaceToDepth', 'SpaceToDepth', { x: 'FP32' }, attributes('NHWC'), 'FP32', [
    answered(
      'four pixels of three channels',
      { x: float([1, 2, 2, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]) },
      float([1, 1, 1, 12], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]),
    ),
    answered(
      'sixteen pixels',
      { x: float([1, 4, 4, 1], [1, 2, 5, 6, 3, 4, 7, 8, 9, 10, 13, 14, 11, 12, 15, 16]) },
      float([1, 2, 2, 4], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]),
    ),
    answered('no images', { x: float([0, 2, 2, 1]) }, float([0, 1, 1, 4])),
    refused('an odd height', { x: float([1, 3, 2, 1], [1, 2, 3, 4, 5, 6]) }, /SpaceToDepth: \[3,2\] pixels/),
    refused('three dimensions', { x: float([2, 2, 1], [1, 2, 3, 4]) }, /does not have 4 dimensions/),
  ]),
  operation('SpaceToDepth with channels first', 'SpaceToDepth', { x: 'FP32' }, attributes('NCHW'), 'FP32', [
    answered(
      // Channel 0 has the pixels 1 to 4, channel 1 those from 5 on: each block lists its pixels, and within them channels.
      'two channels',
      { x: float([1, 2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]) },
      float([1, 8, 1, 1], [1, 5, 2, 6, 3, 7, 4, 8]),
    ),
  ]),
  operation(
    'SpaceToDepth of int32',
    'SpaceToDepth',
    { x: 'INT32' },
    attributes('NHWC', 'DT_INT32'),
    'INT32',
    [
      answered(
        'the extremes',
        { x: int([1, 2, 2, 1], [-2147483648, 1, 2, 2147483647]) },
        int([1, 1, 1, 4], [-2147483648, 1, 2, 2147483647]),
      ),
    ],
  ),
  operation(
    'SpaceToBatch',
    'SpaceToBatch',
    { x: 'FP32', paddings: 'INT32' },
    { T: { type: 'DT_FLOAT' }, block_size: { i: '2' } },
    'FP32',
    [
      answered(
        'four pixels are four images',
        { x: float([1, 2, 2, 1], [1, 2, 3, 4]), paddings: int([2, 2], [0, 0, 0, 0]) },
        float([4, 1, 1, 1], [1, 2, 3, 4]),
      ),
    ],
  ),
  operation(
    'BatchToSpace',
    'BatchToSpace',
    { x: 'FP32', crops: 'INT32' },
    { T: { type: 'DT_FLOAT' }, block_size: { i: '2' } },
    'FP32',
    [
      answered(
        'four images are four pixels, the left ones of which are cut off',
        { x: float([4, 1, 1, 1], [1, 2, 3, 4]), crops: int([2, 2], [0, 0, 1, 0]) },
        float([1, 2, 1, 1], [2, 4]),
      ),
    ],
  ),
  operation(
    'DataFormatVecPermute',
    'DataFormatVecPermute',
    { x: 'INT32' },
    { T: { type: 'DT_INT32' }, src_format: text('NHWC'), dst_format: text('NCHW') },
    'INT32',
    [
      answered('a shape', { x: int([4], [1, 2, 3, 4]) }, int([4], [1, 4, 2, 3])),
      answered(
        'paddings',
        { x: int([4, 2], [1, 1, 2, 2, 3, 3, 4, 4]) },
        int([4, 2], [1, 1, 4, 4, 2, 2, 3, 3]),
      ),
      answered('a height and a width', { x: int([2], [2, 3]) }, int([2], [2, 3])),
    ],
  ),
  operation(
    'DataFormatDimMap',
    'DataFormatDimMap',
    { x: 'INT32' },
    { T: { type: 'DT_INT32' }, src_format: text('NHWC'), dst_format: text('NCHW') },
    'INT32',
    [answered('dimensions from both ends', { x: int([3], [1, 3, -1]) }, int([3], [2, 1, 1]))],
  ),
  operation(
    'Empty',
    'Empty',
    { shape: 'INT32' },
    { dtype: { type: 'DT_INT32' }, init: { b: false } },
    'INT32',
    [answered('zeros', { shape: int([2], [1, 2]) }, int([1, 2], [0, 0]))],
  ),
  operation('DepthToSpace', 'DepthToSpace', { x: 'FP32' }, attributes('NHWC'), 'FP32', [
    answered(
      'one pixel of twelve channels',
      { x: float([1, 1, 1, 12], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]) },
      float([1, 2, 2, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]),
    ),
    answered('no images', { x: float([0, 1, 1, 4]) }, float([0, 2, 2, 1])),
    refused('three channels', { x: float([1, 1, 1, 3], [1, 2, 3]) }, /DepthToSpace: 3 channels/),
  ]),
  operation('DepthToSpace with channels first', 'DepthToSpace', { x: 'FP32' }, attributes('NCHW'), 'FP32', [
    answered(
      'the other way round',
      { x: float([1, 8, 1, 1], [1, 5, 2, 6, 3, 7, 4, 8]) },
      float([1, 2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]),
    ),
  ]),
  operation(
    'DepthToSpace of int32',
    'DepthToSpace',
    { x: 'INT32' },
    attributes('NHWC', 'DT_INT32'),
    'INT32',
    [
      answered(
        'beyond 2^24',
        { x: int([1, 1, 1, 4], [16777217, 1, 2, 3]) },
        int([1, 2, 2, 1], [16777217, 1, 2, 3]),
      ),
    ],
  ),
];
