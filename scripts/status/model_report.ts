import type { ModelSummary } from '../../import/index.ts';
import type { LeftOut } from '../../worker/model/content.ts';
import type { ImageInput } from '../../worker/model/image_input.ts';
import type { Signature, TensorInfo } from '../../worker/model/signature.ts';
import { formatBytes, formatTable } from '../cli/format.ts';

/** Summarizes a model for people. */
export function summaryLines(summary: ModelSummary): string[] {
  const { sourceFormat, format, parameters, weightBytes, fileBytes, operations } = summary;
  const read = sourceFormat === format ? format : `${sourceFormat}, served as ${format}`;
  return [
    `${read}: ${parameters.toLocaleString('en')} parameters, ${formatBytes(weightBytes)} in memory, ${formatBytes(fileBytes)} in files`,
    ...signatureLines(summary.signatures),
    ...imageLines(summary.image),
    ...leftOutLines(summary.leftOut),
    format === 'tfjs-graph-model' ? 'operations' : 'layers',
    ...formatTable(operations.map(({ name, count }) => [String(count).padStart(6), name])),
  ];
}

/** Says how images become an input. */
function imageLines(image: ImageInput | undefined): string[] {
  if (image === undefined) return [];
  const { signature, input, height, width, channels, fit, resize, scale, offset } = image;
  const samples = `each sample times ${scale.join(', ')} plus ${offset.join(', ')}`;
  return [
    `images become ${input} of ${signature}: ${height} x ${width}, ${channels}, ${fit}, ${resize}, ${samples}`,
  ];
}

/** Says which signatures are not served, and why. */
export function leftOutLines(leftOut: LeftOut): string[] {
  return Object.entries(leftOut).map(([name, reason]) => `signature ${name} is not served: ${reason}`);
}

/** Describes every signature with its inputs and outputs. */
export function signatureLines(signatures: Readonly<Record<string, Signature>>): string[] {
  return Object.entries(signatures).flatMap(([name, { method, inputs, outputs }]) => [
    `signature ${name} (${method})`,
    ...formatTable([...tensorRows('takes', inputs), ...tensorRows('gives', outputs)]),
  ]);
}

function tensorRows(verb: string, tensors: Readonly<Record<string, TensorInfo>>): string[][] {
  return Object.entries(tensors).map(([name, { dtype, shape }]) => [
    `  ${verb}`,
    name,
    dtype,
    shape === null ? 'any shape' : `[${shape.map((size) => (size === -1 ? '?' : size)).join(', ')}]`,
  ]);
}
