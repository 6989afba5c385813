import type { Signature } from '../../../model/signature.ts';
import { elementCount, type NamedTensors, type TensorValue } from '../../../model/tensor.ts';
import { type AnswerText, areLarge, SentInPieces } from '../../answer/answer_text.ts';
import { concatBytes } from '../../concat_bytes.ts';
import { ByteWriter, type NotFinite } from '../../json/tensors/byte_writer.ts';
import { PIECE_BYTES, type TextPieces } from '../../json/text_pieces.ts';
import type { EncodeOutcome } from '../predict/encode_predict.ts';

type Outputs = Signature['outputs'];

/** Makes the body of a classify or regress response for a batch of examples. */
export function encodeResults(
  method: 'classify' | 'regress',
  outputs: NamedTensors,
  infos: Outputs,
  batch: number,
  notFinite: NotFinite,
): EncodeOutcome {
  return method === 'classify'
    ? encodeClassifications(outputs, infos, batch, notFinite)
    : encodeRegressions(outputs, batch, notFinite);
}

/**
 * Makes the body of a classify response: for each example, pairs of label and score. Scores are the output `scores`, or
 * the only float32 output. Labels are the output `classes`, or the only string output, or else the manifest's names of
 * the scores' columns, or else empty, as in TensorFlow Serving.
 */
export function encodeClassifications(
  outputs: NamedTensors,
  infos: Outputs,
  batch: number,
  notFinite: NotFinite,
): EncodeOutcome {
  const scores = findOutput(outputs, 'scores', 'float32');
  const classes = findOutput(outputs, 'classes', 'string');
  if (scores === undefined && classes === undefined) {
    return invalid(
      'Expected classification signature outputs to contain at least one of "classes" or "scores", or one output of dtype float',
    );
  }
  const sizes: number[] = [];
  for (const output of [scores, classes]) {
    if (output === undefined) continue;
    const size = rowSize(output.tensor, batch);
    if (size === undefined) {
      return invalid(
        `Expected Tensor shape: [batch_size num_classes] but got [${output.tensor.shape.join(',')}]`,
      );
    }
    sizes.push(size);
  }
  const [size = 0, other = size] = sizes;
  if (size !== other) {
    return invalid(`Tensors class and score should match in dim_size(1). Got ${other} vs. ${size}`);
  }
  const named = (scores && infos[scores.name]?.classes) ?? [];
  const names = named.length === size ? named.map((name) => JSON.stringify(name)) : [];
  const values = scores?.tensor.dtype === 'float32' ? scores.tensor.values : new Float32Array(batch * size);
  const labels = classes?.tensor.dtype === 'string' ? classes.tensor.values : undefined;

  const text = classificationPieces({ values, labels, names, size, batch }, notFinite);
  return { kind: 'encoded', json: writtenOrSent(text, outputs) };
}

interface Classifications {
  readonly values: Float32Array;
  readonly labels: readonly Uint8Array[] | undefined;
  /** The names of the columns as JSON. */
  readonly names: readonly string[];
  readonly size: number;
  readonly batch: number;
}

function* classificationPieces(
  { values, labels, names, size, batch }: Classifications,
  notFinite: NotFinite,
): TextPieces<ArrayBuffer> {
  const writer = new ByteWriter();
  writer.text('{"results":[');
  for (let example = 0; example < batch; example++) {
    writer.text(example === 0 ? '[' : ',[');
    for (let column = 0; column < size; column++) {
      const index = example * size + column;
      writer.text(column === 0 ? '[' : ',[');
      const label = labels?.[index];
      if (label === undefined) writer.text(names[column] ?? '""');
      else writer.string(label);
      writer.text(',');
      writer.floats(values, index, index + 1, notFinite);
      writer.text(']');
      if (writer.length >= PIECE_BYTES) yield writer.take();
    }
    writer.text(']');
  }
  writer.text(']}');
  yield writer.finish();
}

/**
 * Makes the body of a regress response: a number for each example, from the output `outputs` or the only float32
 * output.
 */
export function encodeRegressions(outputs: NamedTensors, batch: number, notFinite: NotFinite): EncodeOutcome {
  const output = findOutput(outputs, 'outputs', 'float32');
  if (output === undefined) return invalid('Expected one output Tensor.');
  const { tensor } = output;
  if (tensor.dtype !== 'float32' || rowSize(tensor, batch) !== 1) {
    return invalid(
      `Expected output Tensor shape to be either [batch_size] or [batch_size, 1] but got [${tensor.shape.join(',')}]`,
    );
  }
  const text = regressionPieces(tensor.values, batch, notFinite);
  return { kind: 'encoded', json: writtenOrSent(text, outputs) };
}

function* regressionPieces(
  values: Float32Array,
  batch: number,
  notFinite: NotFinite,
): TextPieces<ArrayBuffer> {
  const writer = new ByteWriter();
  writer.text('{"results":[');
  for (let start = 0; start < batch; start += VALUES_AT_ONCE) {
    if (start > 0) writer.text(',');
    writer.floats(values, start, Math.min(batch, start + VALUES_AT_ONCE), notFinite);
    if (writer.length >= PIECE_BYTES) yield writer.take();
  }
  writer.text(']}');
  yield writer.finish();
}

const VALUES_AT_ONCE = 4096;

function writtenOrSent(text: TextPieces<ArrayBuffer>, outputs: NamedTensors): AnswerText {
  if (areLarge(outputs)) return new SentInPieces(text);
  const pieces = [...text];
  const [first] = pieces;
  return first !== undefined && pieces.length === 1 ? first : concatBytes(pieces);
}

/** Returns the number of values of each example, or undefined if the shape is neither [batch] nor [batch, n]. */
function rowSize({ shape }: TensorValue, batch: number): number | undefined {
  if (shape.length > 2 || shape[0] !== batch) return undefined;
  return elementCount(shape.slice(1));
}

/** Finds the output with the name, or the only one of the dtype. */
function findOutput(
  outputs: NamedTensors,
  name: string,
  dtype: TensorValue['dtype'],
): { readonly name: string; readonly tensor: TensorValue } | undefined {
  const named = outputs.get(name);
  if (named?.dtype === dtype) return { name, tensor: named };
  const [only, ...others] = [...outputs].filter(([, tensor]) => tensor.dtype === dtype);
  return only === undefined || others.length > 0 ? undefined : { name: only[0], tensor: only[1] };
}

function invalid(message: string): EncodeOutcome {
  return { kind: 'invalid', message };
}
