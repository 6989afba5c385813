import type { GraphNode } from '@tensorflow/tfjs-converter';
import type { Tensor } from '@tensorflow/tfjs-core';
import { ExecutionError } from '../loaded_model.ts';

/**
 * Computes a node of a graph as TensorFlow does.
 *
 * @param node the node, with its inputs in TensorFlow's order and its attributes by TensorFlow's names
 */
export type Operation = (node: GraphNode) => Tensor | Tensor[];

/** The operations of one subject, by TensorFlow's names. */
export type Operations = Readonly<Record<string, Operation>>;

/** @throws ExecutionError if the node does not have the input */
export function inputOf(node: GraphNode, index: number): Tensor {
  const input = node.inputs[index];
  if (input === undefined) throw new ExecutionError(`a node lacks its input ${index}`);
  return input;
}

/** Reads an input of a single number. It reads the heap, so that a plan applies only to this value. */
export function numberInput(node: GraphNode, index: number): number {
  const [value, ...more] = inputOf(node, index).dataSync();
  if (value === undefined || more.length > 0)
    throw new ExecutionError(`the input ${index} of a node is not one number`);
  return Number(value);
}

/** Reads the numbers of an input in the same way. */
export function numbersInput(node: GraphNode, index: number): number[] {
  return Array.from(inputOf(node, index).dataSync(), Number);
}

export function numberAttribute(node: GraphNode, name: string, otherwise: number): number {
  const value = node.attrs[name];
  return typeof value === 'number' ? value : otherwise;
}

/** A list of numbers, which is empty where the JSON does not say of what type it is. */
export function numbersAttribute(node: GraphNode, name: string): number[] {
  const value = node.attrs[name];
  return Array.isArray(value) ? value.map(Number) : [];
}

export function flagAttribute(node: GraphNode, name: string, otherwise = false): boolean {
  const value = node.attrs[name];
  return typeof value === 'boolean' ? value : otherwise;
}

/** Returns an attribute from the node's JSON. tfjs's own attributes have texts in lower case and fewer types. */
export function rawAttribute(node: GraphNode, name: string): unknown {
  return member(member(member(node, 'node'), 'rawAttrs'), name);
}

/** Returns the bytes of a text attribute, or undefined if it is absent. */
export function bytesAttribute(node: GraphNode, name: string): Uint8Array | undefined {
  const text = member(rawAttribute(node, name), 's');
  if (typeof text === 'string') return bytesOf(text);
  return Array.isArray(text) ? Uint8Array.from(text.map(Number)) : undefined;
}

const DECODER = new TextDecoder();

const bytesOf = (base64: string): Uint8Array =>
  Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

export function textAttribute(node: GraphNode, name: string, otherwise = ''): string {
  const bytes = bytesAttribute(node, name);
  return bytes === undefined ? otherwise : DECODER.decode(bytes);
}

/** The texts of an attribute that is a list of texts. */
export function textsAttribute(node: GraphNode, name: string): string[] {
  return listAttribute(node, name, 's').map((text) => DECODER.decode(bytesOf(String(text))));
}

/** What the JSON of a node says of an attribute that is a list of this kind; empty where it is absent. */
export function listAttribute(node: GraphNode, name: string, kind: 's' | 'i' | 'type' | 'shape'): unknown[] {
  const list = member(member(rawAttribute(node, name), 'list'), kind);
  return Array.isArray(list) ? list : [];
}

/** The sizes of a shape in the JSON of a node, -1 for any size; undefined where the rank may be any too. */
export function shapeAttribute(node: GraphNode, name: string): number[] | undefined {
  const shape = member(rawAttribute(node, name), 'shape');
  if (shape === undefined || member(shape, 'unknownRank') === true) return undefined;
  return sizesOfShape(shape);
}

/** The sizes of a shape in JSON, -1 for any size. */
export function sizesOfShape(shape: unknown): number[] {
  const dimensions = member(shape, 'dim');
  return Array.isArray(dimensions)
    ? dimensions.map((dimension) => Number(member(dimension, 'size') ?? 0))
    : [];
}

/** TensorFlow's name of the operation of a node. */
export function operationName(node: GraphNode): string {
  return String(member(member(node, 'node'), 'op'));
}

/**
 * Refuses the request.
 *
 * @throws ExecutionError that names the operation
 */
export function refuse(node: GraphNode, what: string): never {
  throw new ExecutionError(`${operationName(node)}: ${what}`);
}

export function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
