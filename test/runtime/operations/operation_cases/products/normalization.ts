import {
  answered,
  answeredNearly,
  flag,
  float,
  type GateCase,
  operation,
  text,
} from '../../../gate/gate_cases/case.ts';

const { NaN: nan } = Number;

/** Values by the formulas of the documentation. */
/** The second version takes the same attributes and computes the same. */
const bothVersions = (name: 'FusedBatchNorm' | 'FusedBatchNormV2'): GateCase[] => [
  operation(
    `${name} by given statistics`,
    name,
    { x: 'FP32', scale: 'FP32', offset: 'FP32', mean: 'FP32', variance: 'FP32' },
    {
      T: { type: 'DT_FLOAT' },
      U: { type: 'DT_FLOAT' },
      epsilon: { f: 0.0 },
      data_format: text('NHWC'),
      is_training: flag(false),
    },
    'FP32',
    [
      answered(
        'each channel by its own',
        {
          x: float([1, 1, 2, 2], [1, 2, 3, 6]),
          scale: float([2], [1, 2]),
          offset: float([2], [0.5, -1]),
          mean: float([2], [1, 2]),
          variance: float([2], [4, 0.25]),
        },
        float([1, 1, 2, 2], [0.5, -1, 1.5, 15]),
      ),
      answered(
        'no pixels',
        {
          x: float([1, 0, 2, 2]),
          scale: float([2], [1, 2]),
          offset: float([2], [0.5, -1]),
          mean: float([2], [1, 2]),
          variance: float([2], [4, 0.25]),
        },
        float([1, 0, 2, 2]),
      ),
      answered(
        'NaN stays in its channel',
        {
          x: float([1, 1, 1, 2], [nan, 2]),
          scale: float([2], [1, 2]),
          offset: float([2], [0.5, -1]),
          mean: float([2], [1, 2]),
          variance: float([2], [4, 0.25]),
        },
        float([1, 1, 1, 2], [nan, -1]),
      ),
    ],
  ),
  operation(
    `${name} with an epsilon`,
    name,
    { x: 'FP32', scale: 'FP32', offset: 'FP32', mean: 'FP32', variance: 'FP32' },
    {
      T: { type: 'DT_FLOAT' },
      U: { type: 'DT_FLOAT' },
      epsilon: { f: 0.75 },
      data_format: text('NHWC'),
      is_training: flag(false),
    },
    'FP32',
    [
      answeredNearly(
        'added to the variance',
        {
          x: float([1, 1, 2, 2], [1, 2, 3, 6]),
          scale: float([2], [1, 2]),
          offset: float([2], [0.5, -1]),
          mean: float([2], [1, 2]),
          variance: float([2], [4, 0.25]),
        },
        float([1, 1, 2, 2], [0.5, -1, 1.4176629, 7]),
      ),
    ],
  ),
  operation(
    `${name} by the statistics of the batch`,
    name,
    { x: 'FP32', scale: 'FP32', offset: 'FP32', mean: 'FP32', variance: 'FP32' },
    {
      T: { type: 'DT_FLOAT' },
      U: { type: 'DT_FLOAT' },
      epsilon: { f: 0.0 },
      data_format: text('NHWC'),
      is_training: flag(true),
    },
    'FP32',
    [
      answeredNearly(
        'what is given does not count',
        {
          x: float([1, 1, 2, 2], [1, 2, 3, 6]),
          scale: float([2], [1, 2]),
          offset: float([2], [0.5, -1]),
          mean: float([2], [1, 2]),
          variance: float([2], [4, 0.25]),
        },
        float([1, 1, 2, 2], [-0.5, -3, 1.5, 1]),
      ),
    ],
  ),
];

export const NORMALIZATION_CASES: readonly GateCase[] = [
  ...bothVersions('FusedBatchNorm'),
  ...bothVersions('FusedBatchNormV2'),
];
