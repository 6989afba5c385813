import {
  answered,
  answeredNearly,
  flag,
  float,
  type GateCase,
  int,
  integers,
  operation,
  text,
} from '../../../gate/gate_cases/case.ts';

const T = { T: { type: 'DT_FLOAT' } };
const PARAMETERS = { x: 'FP32', scale: 'FP32', offset: 'FP32', mean: 'FP32', variance: 'FP32' } as const;

const norm = (index: number, attr: Readonly<Record<string, unknown>>, asked: GateCase['asked']): GateCase =>
  operation(
    `FusedBatchNormV3, output ${index} ${Object.keys(attr)}`,
    'FusedBatchNormV3',
    PARAMETERS,
    { ...T, ...attr },
    'FP32',
    asked,
    index,
  );
const parameters = {
  scale: float([1], [2]),
  offset: float([1], [1]),
  mean: float([1], [9]),
  variance: float([1], [9]),
};
/** Their mean is 4, and their variance 5 of all, or 20/3 of a sample. */
const four = { x: float([2, 1, 2, 1], [1, 3, 5, 7]), ...parameters };

/** Operations whose nodes state no attributes but those that they must. Values by the defaults of TensorFlow's definitions. */
export const DEFAULT_ATTRIBUTE_CASES: readonly GateCase[] = [
  operation(
    'FusedBatchNormV3 of volumes',
    'FusedBatchNormV3',
    PARAMETERS,
    { ...T, is_training: flag(false), epsilon: { f: 0 }, data_format: text('NDHWC') },
    'FP32',
    [
      answered(
        'two channels of two by one by two voxels',
        {
          x: float([1, 2, 1, 2, 2], [1, 3, 2, 5, 3, 7, 4, 9]),
          scale: float([2], [2, 1]),
          offset: float([2], [1, -1]),
          mean: float([2], [1, 3]),
          variance: float([2], [4, 4]),
        },
        float([1, 2, 1, 2, 2], [1, -1, 2, 0, 3, 1, 4, 2]),
      ),
    ],
  ),
  operation(
    'Conv2D without dilations and format',
    'Conv2D',
    { x: 'FP32', filter: 'FP32' },
    { ...T, strides: integers(1, 1, 1, 1), padding: text('VALID') },
    'FP32',
    [
      answered(
        'two pixels',
        { x: float([1, 1, 2, 1], [3, 5]), filter: float([1, 2, 1, 1], [1, 10]) },
        float([1, 1, 1, 1], [53]),
      ),
    ],
  ),
  ...(['VALID', 'SAME'] as const).map((padding) =>
    operation(
      `Conv2D with strides and dilations, ${padding}`,
      'Conv2D',
      { x: 'FP32', filter: 'FP32' },
      { ...T, strides: integers(1, 1, 2, 1), dilations: integers(1, 1, 2, 1), padding: text(padding) },
      'FP32',
      [
        answered(
          'every other pixel, and those two behind it',
          { x: float([1, 1, 6, 1], [1, 2, 3, 4, 5, 6]), filter: float([1, 2, 1, 1], [1, 10]) },
          // SAME has three windows, which reach over the image by one pixel, behind it.
          float([1, 1, padding === 'VALID' ? 2 : 3, 1], padding === 'VALID' ? [31, 53] : [31, 53, 5]),
        ),
      ],
    ),
  ),
  operation(
    'DepthwiseConv2dNative without dilations and format',
    'DepthwiseConv2dNative',
    { x: 'FP32', filter: 'FP32' },
    { ...T, strides: integers(1, 1, 1, 1), padding: text('VALID') },
    'FP32',
    [
      answered(
        'two channels',
        { x: float([1, 1, 1, 2], [3, 5]), filter: float([1, 1, 2, 1], [1, 10]) },
        float([1, 1, 1, 2], [3, 50]),
      ),
    ],
  ),
  operation(
    'Conv3D without dilations and format',
    'Conv3D',
    { x: 'FP32', filter: 'FP32' },
    { ...T, strides: integers(1, 1, 1, 1, 1), padding: text('VALID') },
    'FP32',
    [
      answered(
        'two pixels',
        { x: float([1, 1, 1, 2, 1], [3, 5]), filter: float([1, 1, 2, 1, 1], [1, 10]) },
        float([1, 1, 1, 1, 1], [53]),
      ),
    ],
  ),
  operation(
    'MaxPool3D without a format',
    'MaxPool3D',
    { x: 'FP32' },
    { ...T, ksize: integers(1, 1, 1, 2, 1), strides: integers(1, 1, 1, 2, 1), padding: text('VALID') },
    'FP32',
    [answered('two pixels', { x: float([1, 1, 1, 2, 1], [3, 5]) }, float([1, 1, 1, 1, 1], [5]))],
  ),
  operation(
    'CropAndResize without a method',
    'CropAndResize',
    { x: 'FP32', boxes: 'FP32', indices: 'INT32', size: 'INT32' },
    T,
    'FP32',
    [
      answered(
        'between pixels, and outside of them',
        {
          x: float([1, 1, 3, 1], [2, 4, 6]),
          boxes: float([1, 4], [0, 0.25, 0, 1.25]),
          indices: int([1], [0]),
          size: int([2], [1, 2]),
        },
        float([1, 1, 2, 1], [3, 0]),
      ),
    ],
  ),
  norm(0, { is_training: flag(false) }, [
    answeredNearly(
      'an epsilon of a ten thousandth',
      { ...four, variance: float([1], [Math.fround(0.0224)]), mean: float([1], [1]) },
      float(
        [2, 1, 2, 1],
        [0, 2, 4, 6].map((part) => 1 + (2 * part) / 0.15),
      ),
    ),
  ]),
  norm(0, { is_training: flag(true), epsilon: { f: 4 } }, [
    // The root of 5 + 4 is 3.
    answeredNearly('statistics of the batch', four, float([2, 1, 2, 1], [-1, 1 / 3, 5 / 3, 3])),
  ]),
  norm(1, { is_training: flag(true) }, [answered('the mean', four, float([1], [4]))]),
  norm(2, { is_training: flag(true) }, [
    answeredNearly('the variance of a sample', four, float([1], [20 / 3])),
  ]),
  norm(1, { is_training: flag(false) }, [answered('the mean that is given', four, float([1], [9]))]),
];
