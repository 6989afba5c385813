import type { GraphNode } from '@tensorflow/tfjs-converter';
import type { Tensor } from '@tensorflow/tfjs-core';
import { ExecutionError } from '../loaded_model.ts';

/**
 * Computes a node of a graph as TensorFlow does.
 *
 * @param node its inputs in TensorFlow's order, and its attributes by TensorFlow's names
 */
export type Operation = (node: GraphNode) => Tensor | Tensor[];

/** @throws ExecutionError where the node has no such input */
export function inputOf(node: GraphNode, index: number): Tensor {
  const input = node.inputs[index];
  if (input === undefined) throw new ExecutionError(`a node lacks its input ${index}`);
  return input;
}

/** The one number that an input holds. It is read from the heap: no plan holds for another value. */
export function numberInput(node: GraphNode, index: number): number {
  const [value, ...more] = inputOf(node, index).dataSync();
  if (value === undefined || more.length > 0)
    throw new ExecutionError(`the input ${index} of a node is not one number`);
  return Number(value);
}

export function numberAttribute(node: GraphNode, name: string, otherwise: number): number {
  const value = node.attrs[name];
  return typeof value === 'number' ? value : otherwise;
}

/** An attribute of text as it was written: tfjs gives it in small letters. */
export function textAttribute(node: GraphNode, name: string): string | undefined {
  const text = attributeMember(node, name, 's');
  if (typeof text === 'string') return atob(text);
  return Array.isArray(text) ? String.fromCharCode(...text.map(Number)) : undefined;
}

/** A member of an attribute as it is in the model's JSON. */
export function attributeMember(node: GraphNode, name: string, of: string): unknown {
  return member(member(member(member(node, 'node'), 'rawAttrs'), name), of);
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
