import type { ElementTypeName } from '../../../import/tflite/tensors/element_types.ts';
import { type Field, type Fields, flag, int8, int32 } from '../../fixtures/models/flatbuffer.ts';
import { convolutionSums, type Integers, type Sliding } from './integer_reference.ts';

/** A tensor of integers of the file. */
export interface Coded {
  readonly type: ElementTypeName;
  readonly shape: readonly number[];
  /** One for all, or one for each position of the axis. */
  readonly scales: readonly number[];
  readonly zero: number;
  readonly axis?: number;
}

/** An operation with weights, and the sums of its products by their definition. */
export interface ProductCase {
  readonly about: string;
  readonly op: string;
  readonly options: readonly [name: string, fields: Fields];
  readonly x: Coded;
  readonly weights: Coded;
  /** An input in front of the others that gives the shape of the output, where there is one. */
  readonly shapeInput?: readonly number[];
  readonly hasBias: boolean;
  readonly y: Coded;
  /** What the activation lets the integers of the output be. */
  readonly range: readonly [number, number];
  readonly sums: (x: Integers, weights: Integers) => Integers;
}

const PADDINGS = { SAME: 0, VALID: 1 } as const;
const ACTIVATIONS = { NONE: 0, RELU: 1, RELU6: 3 } as const;
type Activation = keyof typeof ACTIVATIONS;

interface Conv {
  readonly about: string;
  readonly type?: 'INT8' | 'UINT8' | 'INT16';
  readonly shape: readonly [number, number, number];
  /** Height, width, channels of the input that a filter takes, filters. */
  readonly kernel: readonly [number, number, number, number];
  readonly sliding: Sliding;
  readonly perChannel?: boolean;
  readonly activation?: Activation;
}

const ZEROS = { INT8: -7, UINT8: 131, INT16: 0 } as const;
const RANGES = { INT8: [-128, 127], UINT8: [0, 255], INT16: [-32768, 32767] } as const;

/** Powers of two and others, so that ties come up too. */
const scalesOf = (count: number): number[] =>
  Array.from({ length: count }, (_, index) => Math.fround(index % 2 === 0 ? 2 ** -7 : 0.0123 + index / 1000));

export const sliding = (
  padding: Sliding['padding'],
  strides: Sliding['strides'] = [1, 1],
  dilations: Sliding['dilations'] = [1, 1],
): Sliding => ({ padding, strides, dilations });

function base(
  { about, type = 'INT8', shape, perChannel = false, activation = 'NONE' }: Conv,
  filters: number,
) {
  const zero = ZEROS[type];
  const scale = type === 'INT16' ? 2 ** -3 : 2 ** -4;
  const [least, most] = RANGES[type];
  const lowest = activation === 'NONE' ? least : Math.max(least, zero);
  const highest = activation === 'RELU6' ? Math.min(most, zero + 6 / scale) : most;
  return {
    about,
    hasBias: true,
    x: { type, shape: [1, ...shape], scales: [2 ** -5], zero },
    y: { type, scales: [scale], zero },
    scales: perChannel ? scalesOf(filters) : [0.03125],
    weightType: type === 'UINT8' ? ('UINT8' as const) : ('INT8' as const),
    weightZero: type === 'UINT8' ? 120 : 0,
    range: [lowest, highest] as const,
    fused: int8(ACTIVATIONS[activation]),
  };
}

const fields = (
  { padding, strides: [down, across], dilations: [rows, columns] }: Sliding,
  ...between: readonly Field[]
): Fields => [int8(PADDINGS[padding]), int32(across), int32(down), ...between, int32(columns), int32(rows)];

export function conv(given: Conv): ProductCase {
  const [height, width, own, filters] = given.kernel;
  const { scales, weightType, weightZero, fused, ...parts } = base(given, filters);
  const shape = [filters, height, width, own];
  const groups = given.shape[2] / own;
  const sums = (x: Integers, weights: Integers): Integers =>
    convolutionSums(
      x,
      [height, width, filters],
      (filter, row, column, channel) => {
        const within = channel - Math.floor((filter * groups) / filters) * own;
        if (within < 0 || within >= own) return 0;
        return weights.values[((filter * height + row) * width + column) * own + within] ?? 0;
      },
      given.sliding,
    );
  return {
    ...parts,
    op: 'CONV_2D',
    options: ['Conv2DOptions', fields(given.sliding, fused)],
    weights: { type: weightType, shape, scales, zero: weightZero, axis: 0 },
    y: { ...parts.y, shape: sums(zeros(parts.x.shape), zeros(shape)).shape },
    sums,
  };
}

/** @param given its kernel has the multiplier in the place of filters */
export function depthwise(given: Conv): ProductCase {
  const [height, width, , multiplier] = given.kernel;
  const filters = given.shape[2] * multiplier;
  const { scales, weightType, weightZero, fused, ...parts } = base(given, filters);
  const shape = [1, height, width, filters];
  const sums = (x: Integers, weights: Integers): Integers =>
    convolutionSums(
      x,
      [height, width, filters],
      (filter, row, column, channel) =>
        channel === Math.floor(filter / multiplier)
          ? (weights.values[(row * width + column) * filters + filter] ?? 0)
          : 0,
      given.sliding,
    );
  return {
    ...parts,
    op: 'DEPTHWISE_CONV_2D',
    options: ['DepthwiseConv2DOptions', fields(given.sliding, int32(multiplier), fused)],
    weights: { type: weightType, shape, scales, zero: weightZero, axis: 3 },
    y: { ...parts.y, shape: sums(zeros(parts.x.shape), zeros(shape)).shape },
    sums,
  };
}

/** The gradient of a convolution: what each element of the input adds to the output. */
export function transposed(given: Conv, [height, width]: readonly [number, number]): ProductCase {
  const [rows, columns, own, filters] = given.kernel;
  const { scales, weightType, weightZero, fused, ...parts } = base(given, filters);
  const { padding, strides } = given.sliding;
  const [inputRows, inputColumns] = given.shape;
  const before = (length: number, whole: number, size: number, stride: number): number =>
    padding === 'VALID' ? 0 : Math.floor(Math.max((length - 1) * stride + size - whole, 0) / 2);
  const [top, left] = [
    before(inputRows, height, rows, strides[0]),
    before(inputColumns, width, columns, strides[1]),
  ];
  const y: number[] = [1, height, width, filters];
  return {
    ...parts,
    op: 'TRANSPOSE_CONV',
    options: ['TransposeConvOptions', [int8(PADDINGS[padding]), int32(strides[1]), int32(strides[0]), fused]],
    shapeInput: y,
    weights: { type: weightType, shape: [filters, rows, columns, own], scales, zero: weightZero, axis: 0 },
    y: { ...parts.y, shape: y },
    sums: (x, weights) => {
      const values = Array<number>(height * width * filters).fill(0);
      for (const [index, value] of x.values.entries()) {
        const channel = index % own;
        const [row, column] = [
          Math.floor(index / own / inputColumns),
          Math.floor(index / own) % inputColumns,
        ];
        for (let dy = 0; dy < rows; dy++)
          for (let dx = 0; dx < columns; dx++) {
            const [down, across] = [row * strides[0] + dy - top, column * strides[1] + dx - left];
            if (down < 0 || down >= height || across < 0 || across >= width) continue;
            for (let filter = 0; filter < filters; filter++) {
              const place = (down * width + across) * filters + filter;
              const weight = weights.values[((filter * rows + dy) * columns + dx) * own + channel] ?? 0;
              values[place] = (values[place] ?? 0) + value * weight;
            }
          }
      }
      return { shape: y, values };
    },
  };
}

const zeros = (shape: readonly number[]): Integers => ({ shape, values: [] });

export function fullyConnected(
  about: string,
  type: 'INT8' | 'UINT8' | 'INT16',
  rows: readonly number[],
  [inputs, filters]: readonly [number, number],
  { keepsRank = false, perChannel = false, hasBias = true } = {},
): ProductCase {
  const shape: readonly [number, number, number] = [1, 1, 1];
  const { scales, weightType, weightZero, fused, ...parts } = base(
    { about, type, shape, kernel: [1, 1, 1, 1], sliding: sliding('VALID'), perChannel },
    filters,
  );
  const count = rows.reduce((product, size) => product * size, 1);
  const outer = keepsRank ? rows : [count];
  return {
    ...parts,
    hasBias,
    op: 'FULLY_CONNECTED',
    options: ['FullyConnectedOptions', [fused, int8(0), flag(keepsRank)]],
    x: { ...parts.x, shape: [...rows, inputs] },
    weights: { type: weightType, shape: [filters, inputs], scales, zero: weightZero, axis: 0 },
    y: { ...parts.y, shape: [...outer, filters] },
    sums: (x, weights) => ({
      shape: [...outer, filters],
      values: Array.from({ length: count * filters }, (_, index) => {
        const [row, filter] = [Math.floor(index / filters), index % filters];
        let sum = 0;
        for (let each = 0; each < inputs; each++)
          sum += (x.values[row * inputs + each] ?? 0) * (weights.values[filter * inputs + each] ?? 0);
        return sum;
      }),
    }),
  };
}
