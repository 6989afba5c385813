import { exampleSize } from '../../worker/http/index_page/example_request.ts';
import { DEFAULT_SIGNATURE } from '../../worker/model/default_signature.ts';
import type { DataType } from '../../worker/model/dtype.ts';
import type { Signature, TensorInfo } from '../../worker/model/signature.ts';
import { elementCount } from '../../worker/model/tensor.ts';

/** An input of a signature with few enough elements to type each. */
export interface Field {
  readonly input: string;
  readonly dtype: DataType;
  /** Without the batch, of which the form has one. */
  readonly shape: readonly number[];
  readonly count: number;
}

/** Nobody types more. Elements of all inputs. */
const MOST_ELEMENTS = 32;

/** What was typed, by input, as texts: a bool is `true` or `false`. */
export type FieldTexts = Readonly<Record<string, readonly string[]>>;

export type FieldsBody =
  | { readonly kind: 'made'; readonly body: string }
  | { readonly kind: 'invalid'; readonly message: string };

const FIRST_TEXT = { float32: '0', int32: '0', bool: 'false', string: '' } as const satisfies Record<
  DataType,
  string
>;

/** Returns the inputs of a signature as fields, or undefined if there are too many elements or none. */
export function fieldsOf({ inputs }: Signature): Field[] | undefined {
  const entries = Object.entries(inputs);
  const isRow = isRowOf(entries);
  const fields = entries.map(([input, info]): Field => {
    const shape = (info.shape ?? []).map((size) => (size === -1 ? 1 : size)).slice(isRow ? 1 : 0);
    return { input, dtype: info.dtype, shape, count: elementCount(shape) };
  });
  const count = fields.reduce((sum, field) => sum + field.count, 0);
  const size = fields.reduce((sum, { shape }) => sum + exampleSize(shape), 0);
  const hasExamples = entries.some(([, { holdsExamples }]) => holdsExamples === true);
  return count === 0 || size > MOST_ELEMENTS || hasExamples ? undefined : fields;
}

export function firstTexts(fields: readonly Field[]): FieldTexts {
  return Object.fromEntries(
    fields.map(({ input, dtype, count }) => [input, Array.from({ length: count }, () => FIRST_TEXT[dtype])]),
  );
}

/** Makes the JSON of a request with one instance of what was typed. */
export function fieldsBody(
  signatureName: string,
  signature: Signature,
  fields: readonly Field[],
  texts: FieldTexts,
): FieldsBody {
  const members: [string, string][] = [];
  for (const { input, dtype, shape, count } of fields) {
    const values: string[] = [];
    for (let index = 0; index < count; index++) {
      const value = valueJson(dtype, texts[input]?.[index] ?? '');
      if (value === undefined) {
        const place = count === 1 ? input : `${input} [${index}]`;
        return { kind: 'invalid', message: `${place} is not ${DTYPE_NAMES[dtype]}` };
      }
      values.push(value);
    }
    members.push([input, nestedJson(values, shape)]);
  }
  const named =
    signatureName === DEFAULT_SIGNATURE ? '' : `"signature_name":${JSON.stringify(signatureName)},`;
  return { kind: 'made', body: `{${named}${instanceJson(signature, members)}}` };
}

function instanceJson(
  { method, inputs }: Signature,
  members: readonly (readonly [string, string])[],
): string {
  const object = `{${members.map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(',')}}`;
  if (method !== 'tensorflow/serving/predict') return `"examples":[${object}]`;
  const [only] = members;
  const value = members.length === 1 && only !== undefined ? only[1] : object;
  return isRowOf(Object.entries(inputs)) ? `"instances":[${value}]` : `"inputs":${value}`;
}

/** True if each input has a batch, so that a request is a list of instances. */
function isRowOf(inputs: readonly (readonly [string, TensorInfo])[]): boolean {
  return inputs.every(([, { shape }]) => shape?.[0] === -1);
}

const DTYPE_NAMES = {
  float32: 'a number',
  int32: 'a whole number',
  bool: 'true or false',
  string: 'a text',
} as const satisfies Record<DataType, string>;

/** Returns a value as JSON. A float keeps its point: in `examples`, a number without one is an integer. */
function valueJson(dtype: DataType, text: string): string | undefined {
  const trimmed = text.trim();
  switch (dtype) {
    case 'string':
      return JSON.stringify(text);
    case 'bool':
      return trimmed === 'true' || trimmed === 'false' ? trimmed : undefined;
    case 'int32':
      return /^-?\d{1,10}$/.test(trimmed) ? String(Number(trimmed)) : undefined;
    case 'float32': {
      const value = Number(trimmed);
      if (trimmed === '' || !Number.isFinite(value)) return undefined;
      const json = JSON.stringify(value);
      return /[.e]/.test(json) ? json : `${json}.0`;
    }
  }
}

function nestedJson(values: readonly string[], [size, ...inner]: readonly number[]): string {
  if (size === undefined) return values[0] ?? 'null';
  const length = elementCount(inner);
  const parts = Array.from({ length: size }, (_, index) =>
    nestedJson(values.slice(index * length, (index + 1) * length), inner),
  );
  return `[${parts.join(',')}]`;
}
