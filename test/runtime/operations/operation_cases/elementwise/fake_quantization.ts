import {
  answered,
  answeredNearly,
  flag,
  float,
  type GateCase,
  int,
  operation,
  refused,
  text,
} from '../../../gate/gate_cases/case.ts';

const bits = (count: number, isNarrow = false) => ({
  num_bits: { i: String(count) },
  narrow_range: flag(isNarrow),
});
const range = (min: number, max: number) => ({ min: float([], [min]), max: float([], [max]) });
const variables = { x: 'FP32', min: 'FP32', max: 'FP32' } as const;

const backAndForth = (
  name: string,
  attr: Readonly<Record<string, unknown>>,
  asked: GateCase['asked'],
): GateCase =>
  operation(
    `QuantizeAndDequantizeV2 ${name}`,
    'QuantizeAndDequantizeV2',
    variables,
    { num_bits: { i: '3' }, ...attr },
    'FP32',
    asked,
  );

/** Values by the documentation of tf.quantization.fake_quant_with_min_max_vars; the steps are exact in binary. */
export const FAKE_QUANTIZATION_CASES: readonly GateCase[] = [
  // Three bits with a sign: -4 to 3 steps. The largest value needs steps of 1, the smallest one of 1/2.
  backAndForth('of its own range', {}, [
    answered(
      'halves to even',
      { x: float([6], [-2, -1.5, 0.5, 1.5, 2.5, 3]), ...range(0, 0) },
      float([6], [-2, -2, 0, 2, 2, 3]),
    ),
    answered('zeros', { x: float([2], [0, 0]), ...range(0, 0) }, float([2], [0, 0])),
    answered('no values', { x: float([0]), ...range(0, 0) }, float([0])),
  ]),
  backAndForth('halves up', { round_mode: text('HALF_UP') }, [
    answered('halves up', { x: float([4], [-1.5, 0.5, 2.5, 3]), ...range(0, 0) }, float([4], [-1, 1, 3, 3])),
  ]),
  backAndForth('of a given range', { range_given: flag(true) }, [
    answered(
      'what is outside',
      { x: float([4], [-9, -1.4, 0.6, 9]), ...range(-4, 3) },
      float([4], [-4, -1, 1, 3]),
    ),
    refused('a range upside down', { x: float([1], [1]), ...range(1, 0) }, /is upside down/),
  ]),
  backAndForth('without a sign', { signed_input: flag(false), range_given: flag(true) }, [
    answered('from 0 to 7', { x: float([4], [-9, 0.6, 6.6, 9]), ...range(0, 7) }, float([4], [0, 1, 7, 7])),
  ]),
  operation(
    'QuantizeAndDequantizeV3',
    'QuantizeAndDequantizeV3',
    { ...variables, bits: 'INT32' },
    { range_given: flag(false) },
    'FP32',
    [
      answered(
        'bits of the request',
        { x: float([2], [1.4, 3]), ...range(0, 0), bits: int([], [3]) },
        float([2], [1, 3]),
      ),
    ],
  ),
  operation(
    'QuantizeAndDequantizeV3, whose range is given unless it says otherwise',
    'QuantizeAndDequantizeV3',
    { ...variables, bits: 'INT32' },
    {},
    'FP32',
    [
      answered(
        'steps of the range',
        { x: float([3], [0.4, 1.7, 9]), ...range(-3, 3), bits: int([], [3]) },
        float([3], [0, 2, 3]),
      ),
    ],
  ),
  operation(
    'QuantizeAndDequantizeV4, whose range is that of the values unless it says otherwise',
    'QuantizeAndDequantizeV4',
    variables,
    { num_bits: { i: '3' } },
    'FP32',
    [
      answered(
        'steps of the values',
        { x: float([3], [0.4, 1.7, 3]), ...range(-1, 1) },
        float([3], [0, 2, 3]),
      ),
      answered('no values', { x: float([0]), ...range(-1, 1) }, float([0])),
    ],
  ),
  operation('FakeQuantWithMinMaxVars of 2 bits', 'FakeQuantWithMinMaxVars', variables, bits(2), 'FP32', [
    answered(
      'four steps, the nearest of which is taken, and the bounds',
      { x: float([7], [-9, -1, -0.5, -0.4, 0.6, 1.6, 9]), ...range(-1, 2) },
      float([7], [-1, -1, 0, 0, 1, 2, 2]),
    ),
    answered(
      // The scale is 1, and -0.75 is moved to -1, so that 0 is a step.
      'a range that is moved until it has 0',
      { x: float([4], [-5, -0.6, 0.2, 5]), ...range(-0.75, 2.25) },
      float([4], [-1, -1, 0, 2]),
    ),
    answered(
      'infinities',
      { x: float([2], [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]), ...range(-1, 2) },
      float([2], [-1, 2]),
    ),
    answered('a range from 0 to 0', { x: float([2], [-3, 4]), ...range(0, 0) }, float([2], [0, 0])),
    answered('no values', { x: float([0]), ...range(-1, 2) }, float([0])),
    answeredNearly(
      'a range above 0, which begins at 0',
      { x: float([3], [-1, 0.5, 3]), ...range(1, 2) },
      float([3], [0, 2 / 3, 1]),
    ),
    refused('a range upside down', { x: float([1], [1]), ...range(2, -1) }, /is empty/),
  ]),
  operation(
    'FakeQuantWithMinMaxVars of a narrow range',
    'FakeQuantWithMinMaxVars',
    variables,
    bits(2, true),
    'FP32',
    [
      answered(
        'three steps',
        { x: float([5], [-9, -0.6, 0.4, 0.6, 9]), ...range(-1, 1) },
        float([5], [-1, -1, 0, 1, 1]),
      ),
    ],
  ),
  operation(
    'FakeQuantWithMinMaxVarsPerChannel',
    'FakeQuantWithMinMaxVarsPerChannel',
    variables,
    bits(2),
    'FP32',
    [
      answered(
        'a range for each channel',
        {
          x: float([2, 2], [-9, -9, 9, 9]),
          min: float([2], [-1, 0]),
          max: float([2], [2, 6]),
        },
        float([2, 2], [-1, 0, 2, 6]),
      ),
      refused(
        'ranges for other channels',
        { x: float([1, 2], [1, 2]), min: float([3], [-1, -1, -1]), max: float([3], [1, 1, 1]) },
        /do not fit/,
      ),
    ],
  ),
  operation(
    'FakeQuantWithMinMaxArgs',
    'FakeQuantWithMinMaxArgs',
    { x: 'FP32' },
    { min: { f: -1 }, max: { f: 2 }, ...bits(2) },
    'FP32',
    [answered('the range of the attributes', { x: float([3], [-9, 0.6, 9]) }, float([3], [-1, 1, 2]))],
  ),
];
