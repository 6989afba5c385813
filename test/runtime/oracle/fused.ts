import { erf } from './elementwise.ts';
import {
  broadcast,
  broadcastValue,
  type Call,
  type Expected,
  isSame,
  refuse,
  require,
  type Tensor,
} from './tensor.ts';

const ACTIVATIONS: Readonly<Record<string, (x: number, alpha: number) => number>> = {
  linear: (x) => x,
  relu: (x) => Math.max(x, 0),
  relu6: (x) => Math.min(Math.max(x, 0), 6),
  elu: (x) => (x < 0 ? Math.expm1(x) : x),
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  leakyrelu: (x, alpha) => (x < 0 ? x * alpha : x),
  gelu: (x) => 0.5 * x * (1 + erf(x / Math.SQRT2)),
};

/** Adds a product's bias and applies its activation, as separate operations would. */
export function finish(call: Call, result: Expected): Expected {
  const { bias, preluActivationWeights: slopes } = call.inputs;
  const { shape, values = [] } = result;
  const activation = call.attributes.activation ?? 'linear';
  if (bias !== undefined) fits(bias, shape, 'the bias');
  if (slopes !== undefined) fits(slopes, shape, 'the slopes');
  const indexed = { dtype: result.dtype, shape, values } as const;
  const sums =
    bias === undefined ? values : eachIndex(indexed, (x, index) => x + broadcastValue(bias, index));
  if (activation === 'prelu') {
    if (slopes === undefined) return refuse('prelu has no slopes');
    const finished = eachIndex({ ...indexed, values: sums }, (x, index) =>
      x < 0 ? x * broadcastValue(slopes, index) : x,
    );
    return { ...result, values: finished };
  }
  const apply = ACTIVATIONS[String(activation)];
  if (apply === undefined) return refuse(`there is no activation ${String(activation)}`);
  const alpha = call.attributes.leakyreluAlpha ?? 0.2;
  return { ...result, values: sums.map((x) => apply(x, Number(alpha))) };
}

function fits(tensor: Tensor, shape: readonly number[], what: string): void {
  require(tensor.dtype === 'float32', `${what} is ${tensor.dtype}`);
  require(isSame(broadcast(tensor.shape, shape), shape), `${what} does not broadcast to the result`);
}

function eachIndex(
  { shape, values }: Tensor,
  compute: (x: number, index: readonly number[]) => number,
): readonly number[] {
  return values.map((x, flat) => {
    const index: number[] = [];
    let rest = flat;
    for (const size of shape.toReversed()) {
      index.unshift(rest % size);
      rest = Math.floor(rest / size);
    }
    return compute(x, index);
  });
}
