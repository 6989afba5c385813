import { type Imported, malformed, read, unsupported } from '../import_result.ts';
import { packStrings } from '../tensor_values/string_values.ts';
import { constantNode } from './graph_def/constants/constant_node.ts';
import { numberAttribute, type SourceNode, stringAttribute } from './graph_def/source_graph.ts';

/** The keys and values of a table as constants. */
export interface TextTable {
  readonly keys: SourceNode;
  readonly values: SourceNode;
}

/** InitializeTableFromTextFile's indices for the number of a line and for the whole line. */
const LINE_NUMBER = -1;
const WHOLE_LINE = -2;

/**
 * Reads a table from a text file with an entry on each line, as InitializeTableFromTextFile does.
 *
 * @param node the operation, whose attributes define the positions of keys and values in a line
 */
export function readVocabulary(text: string, node: SourceNode, table: SourceNode): Imported<TextTable> {
  const all = text.replaceAll('\r', '').split('\n');
  if (all.at(-1) === '') all.pop();
  const skipped = all.slice(Math.max(0, numberAttribute(node, 'offset') ?? 0));
  const size = numberAttribute(node, 'vocab_size') ?? -1;
  if (size > skipped.length) return malformed(`its file has ${skipped.length} lines and needs ${size}`);
  const lines = size < 0 ? skipped : skipped.slice(0, size);
  const delimiter = stringAttribute(node, 'delimiter') ?? '\t';
  const column = (attribute: string, type: string | undefined): Imported<SourceNode> => {
    const name = `${node.name}/${attribute}`;
    const index = numberAttribute(node, attribute) ?? WHOLE_LINE;
    if (index === LINE_NUMBER)
      return numbers(
        name,
        type,
        lines.map((_, line) => line),
      );
    const texts = index === WHOLE_LINE ? lines : lines.map((line) => line.split(delimiter)[index] ?? '');
    if (type === 'DT_STRING') return read(strings(name, texts));
    return numbers(
      name,
      type,
      texts.map((word) => (word.trim() === '' ? Number.NaN : Number(word))),
    );
  };
  const keys = column('key_index', table.attr.key_dtype?.type);
  if (keys.kind !== 'read') return keys;
  const values = column('value_index', table.attr.value_dtype?.type);
  return values.kind === 'read' ? read({ keys: keys.value, values: values.value }) : values;
}

function strings(name: string, texts: readonly string[]): SourceNode {
  const packed = packStrings(texts.map((text) => Buffer.from(text)));
  return constantNode(name, {
    dtype: 'string',
    shape: [texts.length],
    storedType: 'DT_STRING',
    byteLength: packed.length,
    read: async () => packed,
  });
}

function numbers(name: string, type: string | undefined, values: readonly number[]): Imported<SourceNode> {
  const isInteger = type === 'DT_INT32' || type === 'DT_INT64';
  if (!isInteger && type !== 'DT_FLOAT') return unsupported(`tfjs has no tables of type ${type}`);
  const wrong = values.findIndex((value) => (isInteger ? value !== (value | 0) : Number.isNaN(value)));
  if (wrong >= 0) return malformed(`line ${wrong + 1} of its file has no ${isInteger ? 'int32' : 'number'}`);
  const bytes = new Uint8Array((isInteger ? Int32Array : Float32Array).from(values).buffer);
  return read(
    constantNode(name, {
      dtype: isInteger ? 'int32' : 'float32',
      shape: [values.length],
      storedType: isInteger ? 'DT_INT32' : 'DT_FLOAT',
      byteLength: bytes.length,
      read: async () => bytes,
    }),
  );
}
