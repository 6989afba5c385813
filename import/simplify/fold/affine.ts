import { elementCount } from '../../../worker/model/tensor.ts';
import type { GraphNode, Weight } from '../../graph/graph.ts';
import { computesFloats, hasChannelsLast, hasControlInputs } from '../attributes.ts';
import type { GraphRewrite } from '../graph_rewrite.ts';
import { derivedWeight, perChannel } from './derived_weight.ts';
import { channelConstant, type Linear } from './linear.ts';

/** x * scale + shift with constants per channel: batch norm in prediction, as one node or in pieces. */
export interface Affine {
  readonly scale?: Weight;
  readonly shift?: Weight;
}

/** Returns the inputs of which a node may be an affine function. */
export function affineInputs(node: GraphNode): string[] {
  const [left, right] = node.input;
  if (left === undefined || right === undefined || hasControlInputs(node) || !computesFloats(node)) return [];
  switch (node.op) {
    case 'Add':
    case 'AddV2':
    case 'Mul':
      return [left, right];
    case 'BiasAdd':
    case 'Div':
    case 'FusedBatchNorm':
    case 'FusedBatchNormV2':
    case 'FusedBatchNormV3':
    case 'RealDiv':
    case 'Sub':
      return [left];
    default:
      return [];
  }
}

/** Returns the affine function that a node applies to one of its inputs, the result of a linear operation. */
export function readAffine(
  rewrite: GraphRewrite,
  node: GraphNode,
  input: string,
  linear: Linear,
): Affine | undefined {
  if (node.op.startsWith('FusedBatchNorm')) return readBatchNorm(rewrite, node, linear);
  const other = node.input[0] === input ? node.input[1] : node.input[0];
  const constant = channelConstant(rewrite, linear, other);
  if (constant === undefined) return undefined;
  const value = perChannel(constant, linear.channels);
  switch (node.op) {
    case 'Mul':
      return { scale: value };
    case 'Div':
    case 'RealDiv':
      return { scale: mapped([value], (divisor = 0) => 1 / divisor) };
    case 'Sub':
      return { shift: mapped([value], (subtracted = 0) => -subtracted) };
    case 'BiasAdd':
      return hasChannelsLast(node) ? { shift: value } : undefined;
    default:
      return { shift: value };
  }
}

/** TensorFlow's default epsilon of FusedBatchNorm. */
const DEFAULT_EPSILON = 0.0001;

function readBatchNorm(rewrite: GraphRewrite, node: GraphNode, linear: Linear): Affine | undefined {
  const isTraining = node.attr.is_training?.b ?? true;
  if (isTraining || linear.operation === 'MatMul' || !hasChannelsLast(node)) return undefined;
  const parameters = node.input.slice(1).map((tensor) => rewrite.constant(tensor));
  const [gamma, beta, mean, variance] = parameters.map((weight) =>
    weight?.dtype === 'float32' && weight.shape.length === 1 && elementCount(weight.shape) === linear.channels
      ? weight
      : undefined,
  );
  if (gamma === undefined || beta === undefined || mean === undefined || variance === undefined)
    return undefined;
  const epsilon = node.attr.epsilon?.f ?? DEFAULT_EPSILON;
  const scale = mapped([gamma, variance], (factor = 0, spread = 0) => factor / Math.sqrt(spread + epsilon));
  return {
    scale,
    shift: mapped(
      [beta, mean, gamma, variance],
      (offset = 0, center = 0, factor = 0, spread = 0) =>
        offset - (center * factor) / Math.sqrt(spread + epsilon),
    ),
  };
}

/** Combines weights of one shape element by element in double precision. */
export function mapped(sources: readonly Weight[], combine: (...values: number[]) => number): Weight {
  return derivedWeight(sources[0]?.shape ?? [], sources, (result, ...values) => {
    for (let index = 0; index < result.length; index++) {
      result[index] = combine(...values.map((source) => source[index] ?? 0));
    }
  });
}
