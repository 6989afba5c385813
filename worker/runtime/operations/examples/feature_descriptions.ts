import type { GraphNode } from '@tensorflow/tfjs-converter';
import type { Tensor } from '@tensorflow/tfjs-core';
import { inputOf, listAttribute, refuse, sizesOfShape } from '../operation.ts';
import { decode, stringsOf } from '../strings/string_values.ts';
import type { FeatureType } from './example_message.ts';

/** A feature by its name. */
export interface NamedType {
  readonly name: string;
  readonly type: FeatureType;
}

/** A feature of one shape, with a default value. */
export interface DenseFeature extends NamedType {
  /** -1 for a first dimension that is open. */
  readonly shape: readonly number[];
  readonly otherwise: Tensor;
}

const TYPES: Readonly<Record<string, FeatureType>> = {
  DT_FLOAT: 'float32',
  DT_INT64: 'int32',
  DT_STRING: 'string',
};

/** The features of a list of names, whose types an attribute lists. @throws ExecutionError if the lengths differ */
export function namedTypes(node: GraphNode, names: readonly string[], attribute: string): NamedType[] {
  const types = listAttribute(node, attribute, 'type');
  if (types.length !== names.length)
    refuse(node, `it has ${names.length} keys and ${types.length} types in ${attribute}`);
  return names.map((name, index) => {
    const type = TYPES[String(types[index])];
    return type === undefined
      ? refuse(node, `the feature "${name}" cannot be of type ${String(types[index])}`)
      : { name, type };
  });
}

/** The shapes of the features of a list of names, -1 for an open dimension. */
export function featureShapes(node: GraphNode, attribute: string, count: number): number[][] {
  const shapes = listAttribute(node, attribute, 'shape');
  return Array.from({ length: count }, (_, index) => sizesOfShape(shapes[index]));
}

/**
 * The dense features of a list of names.
 *
 * @param firstDefault the input with the first default value
 * @param attributes those that list the types and the shapes
 */
export function denseFeatures(
  node: GraphNode,
  names: readonly string[],
  firstDefault: number,
  attributes: { readonly types: string; readonly shapes: string } = {
    types: 'Tdense',
    shapes: 'dense_shapes',
  },
): DenseFeature[] {
  const shapes = featureShapes(node, attributes.shapes, names.length);
  return namedTypes(node, names, attributes.types).map((feature, index) => ({
    ...feature,
    shape: shapes[index] ?? [],
    otherwise: inputOf(node, firstDefault + index),
  }));
}

/** The texts of inputs that have one each, or of one input. */
export const textsOf = (node: GraphNode, first: number, count: number): string[] =>
  Array.from({ length: count }, (_, index) => stringsOf(inputOf(node, first + index)).map(decode)).flat();
