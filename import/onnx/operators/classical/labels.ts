import { binary, cast, select } from '../../../builder/elementwise.ts';
import { typeValue } from '../../../builder/node_builder.ts';
import { reduce } from '../../../builder/reductions.ts';
import { expandDimension, gather, reshape } from '../../../builder/shaping.ts';
import { rank, type SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import {
  input,
  type Operator,
  type OperatorCall,
  type OperatorTable,
} from '../../conversion/operator_call.ts';
import { dataTypeOf, type ElementTypeName } from '../../values/element_types.ts';
import { constantFrom } from '../../values/elements.ts';
import { numbersOf, type OnnxTensor, typed } from '../../values/onnx_tensor.ts';
import { refuse, refuseMalformed } from '../../values/refusal.ts';
import { argumentOfExtreme } from '../reductions/extremes.ts';

/** A list of labels, keys or values. */
export type List =
  | { readonly type: 'INT64' | 'FLOAT'; readonly numbers: readonly number[] }
  | { readonly type: 'STRING'; readonly texts: readonly string[] };

export function listTensor({ g }: OperatorCall, list: List): OnnxTensor {
  return list.type === 'STRING'
    ? { ...typed(g.strings(list.texts), 'STRING'), texts: list.texts }
    : constantFrom(g, list.numbers, [list.numbers.length], list.type);
}

/** The labels of a classifier as texts, for the signature. */
export function namesOf(list: List): readonly string[] {
  return list.type === 'STRING' ? list.texts : list.numbers.map(String);
}

/** The labels of a classifier, which are integers or texts. */
export function readLabels({ attributes }: OperatorCall, integers: string, texts: string): List | undefined {
  const [numbers, strings] = [attributes.integers(integers), attributes.texts(texts)];
  if (strings !== undefined && strings.length > 0) return { type: 'STRING', texts: strings };
  return numbers === undefined ? undefined : { type: 'INT64', numbers };
}

/** Keys or values of an encoder: a tensor, or a list of one of three types. */
function readList(call: OperatorCall, name: string): List {
  const { attributes } = call;
  const stored = attributes.tensor(`${name}_tensor`);
  if (stored !== undefined) {
    const tensor = call.constant(stored);
    if (tensor.texts !== undefined) return { type: 'STRING', texts: tensor.texts };
    const numbers = numbersOf(tensor) ?? refuse(`has more ${name} than are read`);
    return { type: dataTypeOf(tensor.type) === 'int32' ? 'INT64' : 'FLOAT', numbers };
  }
  const texts = attributes.texts(`${name}_strings`);
  if (texts !== undefined) return { type: 'STRING', texts };
  const integers = attributes.integers(`${name}_int64s`);
  if (integers !== undefined) return { type: 'INT64', numbers: integers };
  const floats = attributes.floats(`${name}_floats`);
  return floats === undefined ? refuseMalformed(`has no ${name}`) : { type: 'FLOAT', numbers: floats };
}

function defaultValue(call: OperatorCall, type: ElementTypeName): SymbolicTensor {
  const { g, attributes } = call;
  const [text, integer, float] = [
    attributes.text('default_string', '_Unused'),
    attributes.integer('default_int64', -1),
    attributes.float('default_float', 0),
  ];
  const stored = attributes.tensor('default_tensor');
  if (stored !== undefined) {
    return reshape(g, call.constant(stored), []);
  }
  return type === 'STRING'
    ? g.string(text)
    : type === 'INT64'
      ? g.integers([integer], [])
      : g.floats([float], []);
}

/** Whether each element is each of the keys, [..., keys]. NaN is a key as any other. */
function matches({ g }: OperatorCall, x: SymbolicTensor, keys: SymbolicTensor): SymbolicTensor {
  const apart = expandDimension(g, x, rank(x));
  const same = g.node('Equal', [apart, keys], { shape: [...x.shape, keys.shape[0] ?? null], dtype: 'bool' });
  if (x.dtype !== 'float32') return same;
  const [one, other] = [binary(g, 'NotEqual', apart, apart), binary(g, 'NotEqual', keys, keys)];
  return binary(g, 'LogicalOr', same, binary(g, 'LogicalAnd', one, other));
}

/** The value of each element's key, or a default. */
const labelEncoder: Operator = (call) => {
  const { g } = call;
  const x = input(call, 0);
  const [keys, values] = [readList(call, 'keys'), readList(call, 'values')];
  const found = matches(call, x, listTensor(call, keys));
  const place = argumentOfExtreme(g, 'ArgMax', cast(g, found, 'float32'), rank(x));
  const picked = gather(g, listTensor(call, values), place, 0);
  const isKnown = reduce(g, 'Any', found, [rank(x)]);
  const absent = defaultValue(call, values.type);
  if (values.type === 'STRING') {
    const chosen = g.node(
      'SelectV2',
      [isKnown, picked, absent],
      { shape: x.shape, dtype: 'string' },
      { T: typeValue('string') },
    );
    return typed(chosen, 'STRING');
  }
  return typed(select(g, isKnown, picked, absent), values.type);
};

const oneHotEncoder: Operator = (call) => {
  const { g, attributes } = call;
  const x = input(call, 0);
  const categories = readLabels(call, 'cats_int64s', 'cats_strings') ?? refuseMalformed('has no categories');
  if (!attributes.flag('zeros', true)) refuse('refuses elements that are no category, which is not computed');
  const keys = listTensor(call, categories);
  const given = categories.type === 'INT64' ? cast(g, x, 'int32') : x;
  return typed(cast(g, matches(call, given, keys), 'float32'), 'FLOAT');
};

export const LABELS: OperatorTable = { LabelEncoder: labelEncoder, OneHotEncoder: oneHotEncoder };
