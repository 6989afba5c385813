import type { Bytes } from '../strings/string_values.ts';
import { type Field, fieldsOf, int32Of, varintEnd } from './protobuf_fields.ts';

export type FeatureType = 'float32' | 'int32' | 'string';

/** The list of a feature, still as bytes. */
export interface Feature {
  readonly type: FeatureType;
  readonly list: Uint8Array;
  /** The same numbers as a list of floats, if a client wrote integers as JSON, where 5.0 may be 5. */
  readonly floats?: Uint8Array | undefined;
}

/** The field of tf.Feature in which this server writes integers of JSON as floats. TensorFlow has no such field. */
export const FLOATS_OF_INTEGERS = 15;

const FEATURE_TYPES: Readonly<Record<number, FeatureType>> = { 1: 'string', 2: 'float32', 3: 'int32' };
const DECODER = new TextDecoder();

/**
 * The features of a serialized tf.Example that are wanted, by name. A feature without a list is as absent, and of two
 * with one name the last counts, as in TensorFlow. Returns undefined if the bytes are not an Example.
 */
export function readExample(
  serialized: Bytes,
  wanted: ReadonlySet<string>,
): ReadonlyMap<string, Feature> | undefined {
  const found = new Map<string, Feature>();
  for (const features of fieldsOf(serialized)) {
    if (features === undefined) return undefined;
    if (features.number !== 1) continue;
    for (const entry of entriesOf(features)) {
      if (entry === undefined) return undefined;
      const feature = readFeature(entry.value);
      if (feature === undefined) return undefined;
      if (!wanted.has(entry.name)) continue;
      if (feature === NO_LIST) found.delete(entry.name);
      else found.set(entry.name, feature);
    }
  }
  return found;
}

/** The entries of a map from names to messages. Ends with undefined if the field is not one. */
export function* entriesOf(map: Field): Generator<MapEntry | undefined> {
  if (!map.isDelimited) return yield undefined;
  for (const entry of fieldsOf(map.bytes)) {
    if (entry === undefined || entry.number !== 1 || !entry.isDelimited) return yield undefined;
    let name = '';
    let value: Uint8Array = new Uint8Array();
    for (const field of fieldsOf(entry.bytes)) {
      if (field === undefined || !field.isDelimited) return yield undefined;
      if (field.number === 1) name = DECODER.decode(field.bytes);
      if (field.number === 2) value = field.bytes;
    }
    yield { name, value };
  }
}

interface MapEntry {
  readonly name: string;
  /** The message, still as bytes. */
  readonly value: Uint8Array;
}

/** A feature that says nothing, not even of what type it is. */
export const NO_LIST = 'no list';

/** Reads a tf.Feature. Returns undefined if the bytes are not one. */
export function readFeature(bytes: Uint8Array): Feature | typeof NO_LIST | undefined {
  let feature: Feature | typeof NO_LIST = NO_LIST;
  let floats: Uint8Array | undefined;
  for (const kind of fieldsOf(bytes)) {
    if (kind === undefined) return undefined;
    if (kind.number === FLOATS_OF_INTEGERS && kind.isDelimited) floats = kind.bytes;
    const type = FEATURE_TYPES[kind.number];
    if (type === undefined) continue;
    if (!kind.isDelimited) return undefined;
    feature = { type, list: kind.bytes };
  }
  return feature === NO_LIST || floats === undefined ? feature : { ...feature, floats };
}

/** Returns the feature as one of a type, or undefined if it is of another one. */
export function asType(feature: Feature, type: FeatureType): Feature | undefined {
  if (feature.type === type) return feature;
  const { floats } = feature;
  return feature.type === 'int32' && type === 'float32' && floats !== undefined
    ? { type, list: floats }
    : undefined;
}

/** The number of values in a list, or undefined if it is damaged. */
export function valueCount({ type, list }: Feature): number | undefined {
  let count = 0;
  for (const field of fieldsOf(list)) {
    if (field === undefined) return undefined;
    if (field.number !== 1) continue;
    const more = countOf(type, field);
    if (more === undefined) return undefined;
    count += more;
  }
  return count;
}

function countOf(type: FeatureType, { isDelimited, bytes }: Field): number | undefined {
  switch (type) {
    case 'string':
      return isDelimited ? 1 : undefined;
    case 'float32':
      return bytes.length % 4 === 0 && (isDelimited || bytes.length === 4) ? bytes.length / 4 : undefined;
    case 'int32': {
      // A varint ends with the byte that lacks the highest bit.
      let count = 0;
      for (const byte of bytes) if (byte < 0x80) count++;
      return bytes.length === 0 || (bytes.at(-1) ?? 0x80) < 0x80 ? count : undefined;
    }
  }
}

/** Writes the floats of a list, and returns where they end. */
export function writeFloats({ list }: Feature, to: Float32Array, begin: number): number {
  let position = begin;
  for (const field of fieldsOf(list)) {
    if (field === undefined || field.number !== 1) continue;
    const { bytes } = field;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let offset = 0; offset < bytes.length; offset += 4) to[position++] = view.getFloat32(offset, true);
  }
  return position;
}

/** Writes the integers of a list. Returns where they end, or undefined if one does not fit in 32 bits. */
export function writeIntegers({ list }: Feature, to: Int32Array, begin: number): number | undefined {
  let position = begin;
  for (const field of fieldsOf(list)) {
    if (field === undefined || field.number !== 1) continue;
    const { bytes } = field;
    for (let offset = 0; offset < bytes.length; ) {
      const end = varintEnd(bytes, offset);
      const value = end === undefined ? undefined : int32Of(bytes, offset, end);
      if (end === undefined || value === undefined) return undefined;
      to[position++] = value;
      offset = end;
    }
  }
  return position;
}

export function writeStrings({ list }: Feature, to: Bytes[], begin: number): number {
  let position = begin;
  for (const field of fieldsOf(list)) if (field?.number === 1) to[position++] = field.bytes;
  return position;
}
