import { flag, float32, int32, text } from '../../../../fixtures/models/flatbuffer.ts';
import { flexMap } from '../flex_map.ts';
import { codes, constant, floats, integers, type OperatorCase, truths } from './operator_case.ts';

const pixels = floats([1, 2, 2, 1], [1, 2, 3, 4]);
const fixed = (...values: number[]) => constant(integers([values.length], values));

const bilinear = (
  about: string,
  isAligned: boolean,
  isCentered: boolean,
  values: readonly number[],
): OperatorCase => ({
  op: 'RESIZE_BILINEAR',
  about,
  options: ['ResizeBilinearOptions', [undefined, undefined, flag(isAligned), flag(isCentered)]],
  inputs: [pixels, fixed(3, 3)],
  outputs: [floats([1, 3, 3, 1], values)],
});

const nearest = (
  about: string,
  isAligned: boolean,
  isCentered: boolean,
  values: readonly number[],
): OperatorCase => ({
  op: 'RESIZE_NEAREST_NEIGHBOR',
  about,
  options: ['ResizeNearestNeighborOptions', [flag(isAligned), flag(isCentered)]],
  inputs: [floats([1, 1, 4, 1], [0, 1, 2, 3]), fixed(1, values.length)],
  outputs: [floats([1, 1, values.length, 1], values)],
});

/** Two boxes of which the second overlaps the first by half of what they cover, and one apart. */
const boxes = floats([3, 4], [0, 0, 1, 1, 0, 0, 1, 0.5, 0, 2, 1, 3]);
const scores = floats([3], [0.9, 0.75, 0.6]);

/** Anchors that are boxes of size 1, and encodings that change nothing. */
const detection = (
  about: string,
  more: Readonly<Record<string, number | boolean>>,
): Omit<OperatorCase, 'outputs'> => ({
  op: 'TFLite_Detection_PostProcess',
  about,
  custom: flexMap({
    max_detections: 2,
    max_classes_per_detection: 1,
    nms_score_threshold: 0.25,
    nms_iou_threshold: 0.5,
    num_classes: 2,
    y_scale: 10.5,
    x_scale: 10.5,
    h_scale: 5.5,
    w_scale: 5.5,
    ...more,
  }),
  inputs: [
    floats([1, 3, 4], Array(12).fill(0)),
    // The background comes first.
    floats([1, 3, 3], [0, 0.9, 0.8, 0, 0.75, 0.7, 0, 0.5, 0.6]),
    constant(floats([3, 4], [0.5, 0.5, 1, 1, 0.5, 0.5, 1, 1, 0.5, 2.5, 1, 1])),
  ],
});

export const NETWORK_CASES: readonly OperatorCase[] = [
  {
    op: 'BATCH_MATMUL',
    options: ['BatchMatMulOptions', [flag(false), flag(true)]],
    inputs: [floats([2, 1, 2], [1, 2, 3, 4]), floats([2, 2, 2], [1, 0, 0, 1, 1, 1, 2, 2])],
    outputs: [floats([2, 1, 2], [1, 2, 7, 14])],
  },
  {
    op: 'BATCH_MATMUL',
    about: 'of matrices',
    options: ['BatchMatMulOptions', [flag(true), flag(false)]],
    inputs: [floats([2, 1], [1, 2]), floats([2, 2], [3, 4, 5, 6])],
    outputs: [floats([1, 2], [13, 16])],
  },
  {
    op: 'LOCAL_RESPONSE_NORMALIZATION',
    options: ['LocalResponseNormalizationOptions', [int32(1), float32(9), float32(4), float32(0.5)]],
    inputs: [floats([1, 1, 1, 3], [1, 2, 1])],
    outputs: [
      floats([1, 1, 1, 3], [1 / Math.sqrt(9 + 4 * 5), 2 / Math.sqrt(9 + 4 * 6), 1 / Math.sqrt(9 + 4 * 5)]),
    ],
  },
  bilinear('', false, false, [1, 5 / 3, 2, 7 / 3, 3, 10 / 3, 3, 11 / 3, 4]),
  bilinear('with aligned corners', true, false, [1, 1.5, 2, 2, 2.5, 3, 3, 3.5, 4]),
  bilinear('from the centers of pixels', false, true, [1, 1.5, 2, 2, 2.5, 3, 3, 3.5, 4]),
  {
    op: 'RESIZE_BILINEAR',
    about: 'of integers',
    options: ['ResizeBilinearOptions', [undefined, undefined, flag(true), flag(false)]],
    inputs: [codes(0.5, 10, 'UINT8')([1, 1, 2, 1], [12, 18]), fixed(1, 3)],
    outputs: [codes(0.5, 10, 'UINT8')([1, 1, 3, 1], [12, 15, 18])],
  },
  nearest('', false, false, [0, 1, 2]),
  nearest('of whole multiples', false, true, [0, 0, 1, 1, 2, 2, 3, 3]),
  nearest('with aligned corners', true, false, [0, 2, 3]),
  nearest('from the centers of pixels', false, true, [0, 2, 3]),
  {
    op: 'NON_MAX_SUPPRESSION_V4',
    about: 'that leaves out overlaps of the threshold itself',
    inputs: [
      boxes,
      scores,
      constant(integers([], [3])),
      constant(floats([], [0.5])),
      constant(floats([], [0.1])),
    ],
    outputs: [integers([3], [0, 2, 0]), integers([], [2])],
  },
  {
    op: 'NON_MAX_SUPPRESSION_V5',
    inputs: [
      boxes,
      scores,
      constant(integers([], [3])),
      constant(floats([], [0.75])),
      constant(floats([], [0.7])),
      constant(floats([], [0])),
    ],
    outputs: [integers([3], [0, 1, 0]), floats([3], [0.9, 0.75, 0]), integers([], [2])],
  },
  {
    ...detection('by the best score', {}),
    outputs: [
      floats([1, 2, 4], [0, 0, 1, 1, 0, 2, 1, 3]),
      floats([1, 2], [0, 1]),
      floats([1, 2], [0.9, 0.6]),
      floats([1], [2]),
    ],
  },
  {
    ...detection('with two classes for a box', { max_classes_per_detection: 2, nms_score_threshold: 0.7 }),
    outputs: [
      floats([1, 4, 4], [0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0]),
      floats([1, 4], [0, 1, 0, 0]),
      floats([1, 4], [0.9, 0.8, 0, 0]),
      floats([1], [1]),
    ],
  },
  {
    ...detection('by each class', { use_regular_nms: true, detections_per_class: 100 }),
    outputs: [
      floats([1, 2, 4], [0, 0, 1, 1, 0, 0, 1, 1]),
      floats([1, 2], [0, 1]),
      floats([1, 2], [0.9, 0.8]),
      floats([1], [2]),
    ],
  },
  {
    op: 'AudioSpectrogram',
    about: 'of a constant sound, in which Hann windows are seen alone',
    custom: flexMap({ window_size: 8, stride: 4, magnitude_squared: true }),
    inputs: [floats([12, 1], Array(12).fill(1))],
    outputs: [floats([1, 2, 5], [16, 4, 0, 0, 0, 16, 4, 0, 0, 0])],
  },
  {
    op: 'FlexErf',
    inputs: [floats([3], [-0.5, 0, 1])],
    outputs: [floats([3], [-0.5204999, 0, 0.8427008])],
  },
  {
    op: 'IF',
    options: ['IfOptions', [int32(1), int32(2)]],
    inputs: [truths([], [1]), floats([2], [1, 2])],
    outputs: [floats([2], [2, 4])],
    graphs: [oneInput('ADD', [0, 0]), oneInput('MUL', [0, 0])],
  },
  {
    op: 'IF',
    about: 'with the other branch',
    options: ['IfOptions', [int32(1), int32(2)]],
    inputs: [truths([], [0]), floats([2], [3, 4])],
    outputs: [floats([2], [9, 16])],
    graphs: [oneInput('ADD', [0, 0]), oneInput('MUL', [0, 0])],
  },
  {
    op: 'STABLEHLO_COMPOSITE',
    options: ['StableHLOCompositeOptions', [text('unheard.of'), int32(1)]],
    inputs: [floats([2], [3, 4])],
    outputs: [floats([2], [9, 16])],
    graphs: [oneInput('MUL', [0, 0])],
  },
  {
    op: 'WHILE',
    about: 'until a count is large enough',
    options: ['WhileOptions', [int32(1), int32(2)]],
    inputs: [integers([], [1]), floats([2], [1, 10])],
    outputs: [integers([], [10]), floats([2], [8, 80])],
    graphs: [
      {
        tensors: [
          { name: 'count', type: 'INT32', shape: [] },
          { name: 'sum', type: 'FLOAT32', shape: [2] },
          { name: 'limit', type: 'INT32', shape: [], values: [10] },
          { name: 'goes_on', type: 'BOOL', shape: [] },
        ],
        inputs: [0, 1],
        outputs: [3],
        operators: [{ op: 'LESS', inputs: [0, 2], outputs: [3] }],
      },
      {
        tensors: [
          { name: 'count', type: 'INT32', shape: [] },
          { name: 'sum', type: 'FLOAT32', shape: [2] },
          { name: 'next', type: 'INT32', shape: [] },
          { name: 'larger', type: 'FLOAT32', shape: [2] },
          { name: 'step', type: 'INT32', shape: [], values: [3] },
        ],
        inputs: [0, 1],
        outputs: [2, 3],
        operators: [
          { op: 'ADD', inputs: [0, 4], outputs: [2] },
          { op: 'ADD', inputs: [1, 1], outputs: [3] },
        ],
      },
    ],
  },
];

/** A graph of one operation that is given its input twice. */
function oneInput(op: string, inputs: readonly number[]) {
  return {
    tensors: [
      { name: 'given', type: 'FLOAT32' as const, shape: [2] },
      { name: 'result', type: 'FLOAT32' as const, shape: [2] },
    ],
    inputs: [0],
    outputs: [1],
    operators: [{ op, inputs, outputs: [1] }],
  };
}
