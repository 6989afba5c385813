import type { Bytes } from '../strings/string_values.ts';
import { entriesOf, type Feature, type NO_LIST, readFeature } from './example_message.ts';
import { fieldsOf } from './protobuf_fields.ts';

/** What is wanted of a tf.SequenceExample, by name. Where an example lacks it, the map does too. */
export interface SequenceExample {
  readonly context: ReadonlyMap<string, Feature | typeof NO_LIST>;
  /** Messages of type FeatureList, still as bytes. */
  readonly lists: ReadonlyMap<string, Uint8Array>;
}

const CONTEXT = 1;
const FEATURE_LISTS = 2;

/**
 * Reads a serialized tf.SequenceExample. Of two features with one name the last counts. Returns undefined if the bytes
 * are not a SequenceExample.
 */
export function readSequenceExample(
  serialized: Bytes,
  wanted: { readonly context: ReadonlySet<string>; readonly lists: ReadonlySet<string> },
): SequenceExample | undefined {
  const context = new Map<string, Feature | typeof NO_LIST>();
  const lists = new Map<string, Uint8Array>();
  for (const part of fieldsOf(serialized)) {
    if (part === undefined) return undefined;
    if (part.number !== CONTEXT && part.number !== FEATURE_LISTS) continue;
    for (const entry of entriesOf(part)) {
      if (entry === undefined) return undefined;
      const { name, value } = entry;
      if (part.number === FEATURE_LISTS) {
        if (wanted.lists.has(name)) lists.set(name, value);
      } else if (wanted.context.has(name)) {
        const feature = readFeature(value);
        if (feature === undefined) return undefined;
        context.set(name, feature);
      }
    }
  }
  return { context, lists };
}

/** The features of a FeatureList in their order, one for each step. Ends with undefined if the bytes are not one. */
export function* stepsOf(list: Uint8Array): Generator<Feature | typeof NO_LIST | undefined> {
  for (const field of fieldsOf(list)) {
    if (field === undefined) return yield undefined;
    if (field.number !== 1) continue;
    const feature = field.isDelimited ? readFeature(field.bytes) : undefined;
    yield feature;
    if (feature === undefined) return;
  }
}
