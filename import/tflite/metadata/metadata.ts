import type { FileBytes } from '../file/file_bytes.ts';
import { Table } from '../file/flatbuffer.ts';
import type { ModelMessage } from '../file/model.ts';

/**
 * What TensorFlow Lite's metadata says of the first graph: of each input and output, in their order.
 *
 * Source: metadata_schema.fbs of tflite-support.
 */
export interface Metadata {
  readonly inputs: readonly TensorMetadata[];
  readonly outputs: readonly TensorMetadata[];
}

/** What is taken off each sample, and what it is divided by then: one number for all channels, or one for each. */
export interface Normalization {
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

export interface TensorMetadata {
  /** The samples of an image; undefined where the tensor is not said to be one. */
  readonly image: 'rgb' | 'gray' | undefined;
  /** What is taken off each sample, and what it is divided by then: one number for all channels, or one for each. */
  readonly normalization:
    | { readonly mean: readonly number[]; readonly deviation: readonly number[] }
    | undefined;
  /** The file, in the archive behind the model, that names the positions of the last dimension. */
  readonly labels: string | undefined;
}

const BUFFER_NAME = 'TFLITE_METADATA';
/** Numbers in unions and enumerations of the schema. */
const IMAGE_PROPERTIES = 2;
const NORMALIZATION_OPTIONS = 1;
const TENSOR_AXIS_LABELS = 2;
const COLOR_SPACES = [undefined, 'rgb', 'gray'] as const;

/** @returns undefined for a model without metadata @throws TfliteRefusal of metadata that is damaged */
export function readMetadata(file: FileBytes, { metadata }: ModelMessage): Metadata | undefined {
  const range = metadata.get(BUFFER_NAME);
  if (range === undefined) return undefined;
  const [graph] = Table.root(file, range.offset).tables(3);
  return {
    inputs: graph?.tables(2).map(readTensorMetadata) ?? [],
    outputs: graph?.tables(3).map(readTensorMetadata) ?? [],
  };
}

function readTensorMetadata(table: Table): TensorMetadata {
  const content = table.table(3);
  const isImage = content?.number(0, 'uint8', 0) === IMAGE_PROPERTIES;
  const color = content?.table(1)?.number(0, 'int8', 0) ?? 0;
  const normalizing = table.tables(4).find((unit) => unit.number(0, 'uint8', 0) === NORMALIZATION_OPTIONS);
  const options = normalizing?.table(1);
  const files = table.tables(6);
  const labels = files.find((each) => each.number(2, 'int8', 0) === TENSOR_AXIS_LABELS);
  return {
    image: isImage ? (COLOR_SPACES[color] ?? 'rgb') : undefined,
    normalization: options && {
      mean: options.numbers(0, 'float32') ?? [],
      deviation: options.numbers(1, 'float32') ?? [],
    },
    labels: labels?.text(0),
  };
}
