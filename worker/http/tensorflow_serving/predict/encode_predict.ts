import { elementCount, type NamedTensors, type TensorValue } from '../../../model/tensor.ts';
import { type AnswerText, areLarge, SentInPieces } from '../../answer/answer_text.ts';
import { ByteWriter, type NotFinite } from '../../json/tensors/byte_writer.ts';
import { type StringForm, TensorWriter } from '../../json/tensors/tensor_writer.ts';
import { PIECE_BYTES, type TextPieces } from '../../json/text_pieces.ts';

export type EncodeOutcome =
  | { readonly kind: 'encoded'; readonly json: AnswerText }
  /** The outputs cannot be written in this format. */
  | { readonly kind: 'invalid'; readonly message: string };

/**
 * Makes the body of a predict response in the format of the request (json_tensor.cc): `predictions` by row, with one
 * value or object for each element of the batch, or `outputs` by column. A single output has no name; several are in
 * alphabetical order.
 */
export function encodeOutputs(
  outputs: NamedTensors,
  format: 'row' | 'columnar',
  notFinite: NotFinite = 'token',
): EncodeOutcome {
  if (outputs.size === 0) return { kind: 'invalid', message: 'Cannot convert empty tensor map to JSON' };
  for (const tensor of outputs.values()) checkSize(tensor);
  // The list of a single output's rows is the output itself.
  const sorted =
    outputs.size === 1 ? undefined : [...outputs].sort(([left], [right]) => (left < right ? -1 : 1));
  const fault = format === 'row' ? batchFault(sorted ?? outputs) : undefined;
  if (fault !== undefined) return { kind: 'invalid', message: fault };
  const writer = new ByteWriter();
  const begin = format === 'row' ? '{"predictions":' : '{"outputs":';
  if (areLarge(outputs)) {
    const pieces = outputPieces(sorted ?? [...outputs], format, writer, begin, notFinite);
    return { kind: 'encoded', json: new SentInPieces(pieces) };
  }
  const tensors = new TensorWriter(writer, notFinite);
  writer.text(begin);
  if (sorted === undefined) for (const [name, tensor] of outputs) tensors.write(tensor, stringForm(name));
  else if (format === 'columnar') writeColumns(writer, tensors, sorted);
  else writeRows(writer, tensors, sorted);
  writer.text('}');
  return { kind: 'encoded', json: writer.finish() };
}

type NamedTensor = readonly [name: string, tensor: TensorValue];

function checkSize({ shape, values }: TensorValue): void {
  if (values.length === elementCount(shape)) return;
  throw new Error(`A tensor of shape [${shape}] has ${values.length} values`);
}

/** Returns why the outputs cannot be split into rows. */
function batchFault(outputs: Iterable<NamedTensor>): string | undefined {
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

/** The suffix of a string output's name if its values are bytes and not text. */
const BYTES_SUFFIX = '_bytes';

function stringForm(name: string): StringForm {
  return name.endsWith(BYTES_SUFFIX) ? 'base64' : 'text';
}

/** Names as JSON keys with the preceding punctuation. */
function keysOf(outputs: readonly NamedTensor[]): string[] {
  return outputs.map(([name], index) => `${index === 0 ? '{' : ','}${JSON.stringify(name)}:`);
}

function writeColumns(writer: ByteWriter, tensors: TensorWriter, outputs: readonly NamedTensor[]): void {
  const keys = keysOf(outputs);
  for (const [index, [name, tensor]] of outputs.entries()) {
    writer.text(keys[index] ?? '');
    tensors.write(tensor, stringForm(name));
  }
  writer.text('}');
}

function writeRows(writer: ByteWriter, tensors: TensorWriter, outputs: readonly NamedTensor[]): void {
  const batch = outputs[0]?.[1].shape[0] ?? 0;
  const keys = keysOf(outputs);
  writer.text('[');
  for (let row = 0; row < batch; row++) writeRow(writer, tensors, outputs, keys, row);
  writer.text(']');
}

function writeRow(
  writer: ByteWriter,
  tensors: TensorWriter,
  outputs: readonly NamedTensor[],
  keys: readonly string[],
  row: number,
): void {
  if (row > 0) writer.text(',');
  // An iterator would allocate several objects for each row.
  for (let index = 0; index < outputs.length; index++) {
    const output = outputs[index];
    if (output === undefined) continue;
    writer.text(keys[index] ?? '');
    tensors.writeRow(output[1], stringForm(output[0]), row);
  }
  writer.text('}');
}

/** Yields the same text in pieces. */
function* outputPieces(
  outputs: readonly NamedTensor[],
  format: 'row' | 'columnar',
  writer: ByteWriter,
  begin: string,
  notFinite: NotFinite,
): TextPieces {
  const tensors = new TensorWriter(writer, notFinite);
  const [[name, only] = ['', undefined]] = outputs;
  writer.text(begin);
  if (outputs.length === 1 && only !== undefined) yield* tensors.pieces(only, stringForm(name));
  else if (format === 'columnar') yield* columnPieces(writer, tensors, outputs);
  else yield* rowPieces(writer, tensors, outputs);
  writer.text('}');
  yield writer.take();
}

function* columnPieces(
  writer: ByteWriter,
  tensors: TensorWriter,
  outputs: readonly NamedTensor[],
): TextPieces {
  const keys = keysOf(outputs);
  for (const [index, [name, tensor]] of outputs.entries()) {
    writer.text(keys[index] ?? '');
    yield* tensors.pieces(tensor, stringForm(name));
  }
  writer.text('}');
}

function* rowPieces(writer: ByteWriter, tensors: TensorWriter, outputs: readonly NamedTensor[]): TextPieces {
  const keys = keysOf(outputs);
  const batch = outputs[0]?.[1].shape[0] ?? 0;
  writer.text('[');
  for (let row = 0; row < batch; row++) {
    writeRow(writer, tensors, outputs, keys, row);
    if (writer.length >= PIECE_BYTES) yield writer.take();
  }
  writer.text(']');
}
