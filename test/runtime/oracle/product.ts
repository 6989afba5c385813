import { finish } from './fused.ts';
import {
  at,
  broadcast,
  broadcastValue,
  build,
  type Call,
  type Expected,
  flag,
  input,
  isSame,
  number,
  type Operation,
  require,
  type Tensor,
} from './tensor.ts';

/** BatchMatMulV2, and _FusedMatMul with its bias and activation. */
const product: Operation = (call) => [
  finish(
    call,
    productOf(call, 'float32', (a, b, sum) => sum + a * b),
  ),
];

/** Products of int32 wrap as in TensorFlow. */
const productOfAny: Operation = (call) =>
  call.inputs.a?.dtype === 'int32'
    ? [productOf(call, 'int32', (a, b, sum) => (sum + Math.imul(a, b)) | 0)]
    : product(call);

function productOf(
  call: Call,
  dtype: 'float32' | 'int32',
  add: (a: number, b: number, sum: number) => number,
): Expected {
  const a = matrices(call, 'a', flag(call, 'transposeA'), dtype);
  const b = matrices(call, 'b', flag(call, 'transposeB'), dtype);
  require(a.columns === b.rows, `inner sizes ${a.columns} and ${b.rows}`);
  const outer = broadcast(a.outer, b.outer);
  return build(
    dtype,
    [...outer, a.rows, b.columns],
    (index) => {
      const [row, column] = [at(index, index.length - 2), at(index, index.length - 1)];
      const batch = index.slice(0, -2);
      let sum = 0;
      for (let inner = 0; inner < a.columns; inner++)
        sum = add(a.value(batch, row, inner), b.value(batch, inner, column), sum);
      return sum;
    },
    'ordinary',
  );
}

function matrices(call: Call, name: string, isTransposed: boolean, dtype: 'float32' | 'int32') {
  const tensor = input(call, name, dtype);
  const rank = tensor.shape.length;
  require(rank >= 2, `${name} has ${rank} dimensions`);
  const [first, second] = [at(tensor.shape, rank - 2), at(tensor.shape, rank - 1)];
  const [rows, columns] = isTransposed ? [second, first] : [first, second];
  return {
    outer: tensor.shape.slice(0, -2),
    rows,
    columns,
    value: (batch: readonly number[], row: number, column: number): number => {
      const place = isTransposed ? [column, row] : [row, column];
      const own = batch.slice(batch.length - (rank - 2));
      const index = own.map((each, axis) => (tensor.shape[axis] === 1 ? 0 : each));
      return broadcastValue({ ...tensor, shape: tensor.shape }, [...index, ...place]);
    },
  };
}

const batchNormalization: Operation = (call) => {
  const x = input(call, 'x', 'float32');
  const channels = x.shape.at(-1) ?? 1;
  const statistic = (name: string, otherwise: number): ((index: readonly number[]) => number) => {
    const given: Tensor | undefined = call.inputs[name];
    if (given === undefined) {
      require(name === 'scale' || name === 'offset', `${name} is missing`);
      return () => otherwise;
    }
    require(given.dtype === 'float32', `${name} is ${given.dtype}`);
    const fits = isSame(given.shape, [channels]) || isSame(broadcast(given.shape, x.shape), x.shape);
    require(fits, `${name} does not fit`);
    return (index) => broadcastValue(given, index);
  };
  const [mean, variance] = [statistic('mean', 0), statistic('variance', 1)];
  const [scale, offset] = [statistic('scale', 1), statistic('offset', 0)];
  const epsilon = number(call, 'varianceEpsilon');
  return [
    build(
      'float32',
      x.shape,
      (index) =>
        ((broadcastValue(x, index) - mean(index)) * scale(index)) / Math.sqrt(variance(index) + epsilon) +
        offset(index),
      'ordinary',
    ),
  ];
};

export const PRODUCTS: Readonly<Record<string, Operation>> = {
  BatchMatMul: productOfAny,
  FusedBatchNorm: batchNormalization,
  _FusedMatMul: product,
};
