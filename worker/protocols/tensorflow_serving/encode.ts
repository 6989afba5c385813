import type { NamedTensors, TensorValue } from '../../runtime/tensor.ts';
import { ByteWriter, type NotFinite } from '../codec/byte_writer.ts';
import { TensorWriter } from '../codec/tensor_writer.ts';

export type EncodeOutcome =
  | { readonly kind: 'encoded'; readonly json: Uint8Array<ArrayBuffer> }
  /** These outputs have no such form. */
  | { readonly kind: 'invalid'; readonly message: string };

/**
 * The body of a predict answer in the format of the request (json_tensor.cc): `predictions` by row, with one
 * value or object for each element of the batch, or `outputs` by column. A single output stands without its
 * name; several stand in alphabetical order.
 */
export function encodeOutputs(
  outputs: NamedTensors,
  format: 'row' | 'columnar',
  notFinite: NotFinite = 'token',
): EncodeOutcome {
  const named = [...outputs].sort(([left], [right]) => (left < right ? -1 : 1));
  if (named.length === 0) return { kind: 'invalid', message: 'Cannot convert empty tensor map to JSON' };
  const fault = format === 'row' ? batchFault(named) : undefined;
  if (fault !== undefined) return { kind: 'invalid', message: fault };
  const members = named.map((output) => memberWriter(output, notFinite));
  const writer = new ByteWriter();
  writer.text(format === 'row' ? '{"predictions":' : '{"outputs":');
  const [only] = members;
  // The list of a single output's rows is that output.
  if (only !== undefined && members.length === 1) only.tensor.write(writer);
  else if (format === 'columnar') writeObject(writer, members, 0, () => 0);
  else {
    const batch = named[0]?.[1].shape[0] ?? 0;
    writer.text('[');
    for (let row = 0; row < batch; row++) {
      if (row > 0) writer.text(',');
      writeObject(writer, members, 1, ({ elementSize }) => row * elementSize);
    }
    writer.text(']');
  }
  writer.text('}');
  return { kind: 'encoded', json: writer.finish() };
}

type NamedTensor = readonly [name: string, tensor: TensorValue];

/** Why outputs have no rows. */
function batchFault(outputs: readonly NamedTensor[]): string | undefined {
  let batch: number | undefined;
  for (const [name, { shape }] of outputs) {
    const [size] = shape;
    if (size === undefined) return `Tensor name: ${name} has no shape information `;
    if (batch !== undefined && size !== batch) {
      return `Tensor name: ${name} has inconsistent batch size: ${size} expecting: ${batch}`;
    }
    batch = size;
  }
  return undefined;
}

interface MemberWriter {
  /** The name as a JSON key, with its colon. */
  readonly key: string;
  readonly tensor: TensorWriter;
}

/** What a string output's name ends with whose values are bytes and not text. */
const BYTES_SUFFIX = '_bytes';

function memberWriter([name, tensor]: NamedTensor, notFinite: NotFinite): MemberWriter {
  const strings = name.endsWith(BYTES_SUFFIX) ? 'base64' : 'text';
  return { key: `${JSON.stringify(name)}:`, tensor: new TensorWriter(tensor, { strings, notFinite }) };
}

function writeObject(
  writer: ByteWriter,
  members: readonly MemberWriter[],
  axis: number,
  offsetOf: (tensor: TensorWriter) => number,
): void {
  let separator = '{';
  for (const { key, tensor } of members) {
    writer.text(separator + key);
    tensor.write(writer, axis, offsetOf(tensor));
    separator = ',';
  }
  writer.text('}');
}
