import * as v from 'valibot';
import { add, divide, maximum, minimum, multiply, subtract, unary } from '../../../builder/elementwise.ts';
import type { NodeBuilder } from '../../../builder/node_builder.ts';
import { batchProduct } from '../../../builder/products.ts';
import { reduce } from '../../../builder/reductions.ts';
import {
  concatenate,
  dimensions,
  expandDimension,
  reshape,
  squeeze,
  transpose,
} from '../../../builder/shaping.ts';
import {
  axisOf,
  canBroadcast,
  rank,
  type SymbolicTensor,
  withMask,
} from '../../../builder/symbolic_tensor.ts';
import { axis as axisEntry, flag, integer, integers } from '../config_entries.ts';
import { type Built, defineLayer, type LayerCall, type LayerDefinition } from '../layer_definition.ts';

type Merge = (g: NodeBuilder, one: SymbolicTensor, other: SymbolicTensor) => SymbolicTensor;

/** What lists of tensors are merged to, one after the other, and what is done to the result. */
const elementwise = (
  merge: Merge,
  finish = (_: NodeBuilder, merged: SymbolicTensor, __: number) => merged,
): LayerDefinition =>
  defineLayer(
    {},
    (call) => {
      const { g, layer, inputs } = call;
      const [first, ...others] = sameRank(g, inputs);
      if (first === undefined || others.length === 0)
        return `layer ${layer.className} of less than two tensors`;
      if (others.some((other) => !canBroadcast(first.shape, other.shape))) {
        return `layer ${layer.className} of shapes that do not fit each other`;
      }
      const merged = others.reduce((sum, other) => merge(g, sum, other), first);
      return withMask(finish(g, merged, inputs.length), mergedMask(call));
    },
    { anyType: true },
  );

/** Tensors of fewer dimensions get some of size one behind the batch. */
function sameRank(g: NodeBuilder, tensors: readonly SymbolicTensor[]): SymbolicTensor[] {
  const most = Math.max(...tensors.map(rank));
  return tensors.map((tensor) => {
    let wide = tensor;
    while (rank(wide) < most) wide = expandDimension(g, wide, 1);
    return wide;
  });
}

/** Keras 2 takes what all masks have, Keras 3 what any has where all tensors have one. */
function mergedMask({ g, inputs, kerasMajor }: LayerCall): SymbolicTensor | undefined {
  const masks = inputs.flatMap(({ mask }) => mask ?? []);
  const [first, ...others] = masks;
  if (first === undefined || (kerasMajor >= 3 && masks.length < inputs.length)) return undefined;
  const different = others.filter(({ ref }) => ref !== first.ref);
  const op = kerasMajor >= 3 ? 'LogicalOr' : 'LogicalAnd';
  return different.reduce((merged, mask) => g.node(op, [merged, mask], { shape: merged.shape }), first);
}

const CONCATENATE = defineLayer(
  { axis: axisEntry(-1) },
  (call, { axis }): Built => {
    const { g, layer, inputs } = call;
    const [first] = inputs;
    const along = first && axisOf(first, axis);
    if (first === undefined || along === undefined) return `layer ${layer.className} along no axis`;
    if (inputs.some((input) => rank(input) !== rank(first))) {
      return `layer ${layer.className} of tensors of different ranks`;
    }
    const types = new Set(inputs.map(({ dtype }) => dtype));
    if (types.size > 1) return `layer ${layer.className} of tensors of different types`;
    const joined = concatenate(g, inputs, along);
    const masks = inputs.map(({ mask }) => mask);
    if (masks.every((mask) => mask === undefined)) return withMask(joined, undefined);
    if (along === rank(first) - 1) return withMask(joined, common(g, masks));
    const known = masks.filter((mask) => mask !== undefined);
    return along === 1 && known.length === masks.length
      ? withMask(joined, concatenate(g, known, 1))
      : `layer ${layer.className} of what is masked in part`;
  },
  { anyType: true },
);

function common(g: NodeBuilder, masks: readonly (SymbolicTensor | undefined)[]): SymbolicTensor | undefined {
  const [first, ...others] = masks.filter((mask) => mask !== undefined);
  if (first === undefined) return undefined;
  return others
    .filter(({ ref }) => ref !== first.ref)
    .reduce((merged, mask) => g.node('LogicalAnd', [merged, mask], { shape: merged.shape }), first);
}

const DOT = defineLayer(
  { axes: v.union([integer, integers], 'is no axis'), normalize: flag(false) },
  ({ g, inputs, layer }, { axes, normalize }): Built => {
    const [one, other] = inputs;
    if (one === undefined || other === undefined) return `layer ${layer.className} of less than two tensors`;
    const [first = 0, second = first] = [axes].flat();
    const [left, right] = [axisOf(one, first), axisOf(other, second)];
    if (left === undefined || right === undefined || left === 0 || right === 0) {
      return `layer ${layer.className} along no axis`;
    }
    const [x, y] = normalize ? [unitVectors(g, one, left), unitVectors(g, other, right)] : [one, other];
    // [batch, rest, n] times [batch, n, rest].
    const rows = lastAxis(g, x, left);
    const columns = lastAxis(g, y, right);
    const flat = (tensor: SymbolicTensor) => {
      const sizes = dimensions(g, tensor);
      const middle = sizes.slice(1, -1);
      const known = middle.filter((size) => typeof size === 'number');
      if (known.length < middle.length) return tensor;
      const product = known.reduce((all, size) => all * size, 1);
      return reshape(g, tensor, [sizes[0] ?? 1, product, sizes.at(-1) ?? 1]);
    };
    if ([rows, columns].some((each) => rank(flat(each)) > 3)) return `layer ${layer.className} of open sizes`;
    const product = batchProduct(g, flat(rows), flat(columns), { transposed: true });
    const outer = [...dimensions(g, rows).slice(1, -1), ...dimensions(g, columns).slice(1, -1)];
    if (outer.length === 0) return squeeze(g, product, [2]);
    return outer.length === 2 && rank(rows) === 3 && rank(columns) === 3
      ? product
      : reshape(g, product, [dimensions(g, rows)[0] ?? 1, ...outer]);
  },
);

function lastAxis(g: NodeBuilder, x: SymbolicTensor, axis: number): SymbolicTensor {
  const others = [...x.shape.keys()].filter((each) => each !== axis);
  return transpose(g, x, [...others, axis]);
}

/** Divided by their lengths, which are at least a little. */
export function unitVectors(g: NodeBuilder, x: SymbolicTensor, axis: number): SymbolicTensor {
  const squares = reduce(g, 'Sum', unary(g, 'Square', x), [axis], true);
  return multiply(g, x, unary(g, 'Rsqrt', maximum(g, squares, 1e-12)));
}

export const MERGING: Readonly<Record<string, LayerDefinition>> = {
  Add: elementwise(add),
  Average: elementwise(add, (g, sum, number) => divide(g, sum, number)),
  Concatenate: CONCATENATE,
  Dot: DOT,
  Maximum: elementwise(maximum),
  Minimum: elementwise(minimum),
  Multiply: elementwise(multiply),
  Subtract: elementwise(subtract),
};
