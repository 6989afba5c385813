import { FLOATS_OF_INTEGERS } from '../../../runtime/operations/examples/example_message.ts';
import { concatBytes } from '../../concat_bytes.ts';
import { asciiText } from '../../json/ascii.ts';
import { scalarTokenEnd } from '../../json/numbers/json_number.ts';
import { JsonCursor } from '../../json/scan/json_cursor.ts';
import { stringText } from '../../json/scan/json_string.ts';
import { createCells, MOST_STRINGS, type TensorCells } from '../../json/tensors/tensor_cells.ts';
import { type DecodeOutcome, invalid } from '../predict/decode_outcome.ts';
import { type FeatureKind, isBoolean, readFeature } from './feature.ts';
import type { ExampleRequest } from './parse_examples.ts';

/** The fields of tf.train.Feature. */
const LISTS = { bytes: 1, float: 2, int64: 3 } as const satisfies Record<FeatureKind, number>;
const ENCODER = new TextEncoder();

/**
 * Makes an input of serialized tf.Examples, as TensorFlow Serving does for every classify and regress request: `[examples]`.
 * The context supplies features that an example lacks.
 */
export function serializeExamples(request: ExampleRequest, input: string): DecodeOutcome {
  const { bytes, context, examples } = request;
  const shared = context === undefined ? [] : featuresAt(new JsonCursor(bytes, context));
  if (typeof shared === 'string') return invalid(shared);
  const cursor = new JsonCursor(bytes, examples);
  const serialized: Uint8Array[] = [];
  for (let isInside = cursor.enter(); isInside; isInside = cursor.next()) {
    if (serialized.length === MOST_STRINGS)
      return invalid(`A request may have ${MOST_STRINGS} examples at most`);
    const own = featuresAt(cursor);
    if (typeof own === 'string') return invalid(own);
    // Of two features with one name, a parser takes the last.
    serialized.push(message(1, concatBytes([...shared, ...own])));
  }
  return {
    kind: 'decoded',
    inputs: new Map([[input, { dtype: 'string', shape: [serialized.length], values: serialized }]]),
  };
}

/** The entries of tf.train.Features for the object at the cursor, which it leaves behind, or why there are none. */
function featuresAt(cursor: JsonCursor): Uint8Array[] | string {
  const entries: Uint8Array[] = [];
  for (let isInside = cursor.enter(); isInside; isInside = cursor.next()) {
    const name = stringText(cursor.bytes, cursor.at);
    cursor.toMemberValue();
    const feature = featureAt(cursor, name);
    if (typeof feature === 'string') return feature;
    entries.push(message(1, concatBytes([message(1, ENCODER.encode(name)), message(2, feature)])));
  }
  return entries;
}

/**
 * A tf.train.Feature in bytes. An empty list has no kind, and makes a feature without one. Integers are written as floats
 * too, in a field that other parsers ignore: whether the model wants floats is known only to its graph.
 */
function featureAt(cursor: JsonCursor, name: string): Uint8Array | string {
  const span = cursor.bytes.length - cursor.at;
  const floats = createCells('float32', span);
  const strings = createCells('string', span);
  const integers: Uint8Array[] = [];
  let hasBooleans = false;
  const outcome = readFeature(cursor, name, (value, kind) => {
    if (kind === 'int64') {
      integers.push(varint(integerAt(value)));
      hasBooleans ||= isBoolean(value);
      if (!hasBooleans) floats.read(value);
      return undefined;
    }
    const isRead = (kind === 'float' ? floats : strings).read(value);
    return isRead ? undefined : `A request may have ${MOST_STRINGS} strings at most`;
  });
  if ('fault' in outcome) return outcome.fault;
  switch (outcome.kind) {
    case undefined:
      return new Uint8Array();
    case 'int64':
      return concatBytes([
        message(LISTS.int64, message(1, concatBytes(integers))),
        ...(hasBooleans ? [] : [message(FLOATS_OF_INTEGERS, packedFloats(floats))]),
      ]);
    case 'float':
      return message(LISTS.float, packedFloats(floats));
    case 'bytes': {
      const { dtype, values } = strings.tensor([strings.count]);
      const texts = dtype === 'string' ? values : [];
      return message(LISTS.bytes, concatBytes(texts.map((text) => message(1, text))));
    }
  }
}

/** A tf.train.FloatList in bytes. */
function packedFloats(cells: TensorCells): Uint8Array {
  const { count } = cells;
  const { values } = cells.tensor([count]);
  const packed = new DataView(new ArrayBuffer(4 * count));
  for (let index = 0; index < count; index++) packed.setFloat32(4 * index, Number(values[index]), true);
  return message(1, new Uint8Array(packed.buffer));
}

function integerAt({ bytes, at }: JsonCursor): bigint {
  const token = asciiText(bytes, at, scalarTokenEnd(bytes, at));
  return token === 'true' ? 1n : token === 'false' ? 0n : BigInt(token);
}

/** A field that is delimited by its length. Source: the encoding of protocol buffers. */
function message(field: number, bytes: Uint8Array): Uint8Array {
  return concatBytes([Uint8Array.of((field << 3) | 2), varint(BigInt(bytes.length)), bytes]);
}

function varint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return Uint8Array.of(...bytes, Number(rest));
}
