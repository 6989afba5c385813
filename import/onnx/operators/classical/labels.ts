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
import { type OnnxTensor, typed } from '../../values/onnx_tensor.ts';
import { refuse, refuseMalformed } from '../../values/refusal.ts';
import { argumentOfExtreme } from '../reductions/extremes.ts';
import { lookUp } from '../strings/lookup.ts';

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
    const { type, numbers, texts } = call.elements(stored);
    if (type === 'STRING') return { type, texts };
    return { type: dataTypeOf(type) === 'int32' ? 'INT64' : 'FLOAT', numbers };
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
      ? constantFrom(g, [integer], [], 'INT64')
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

/** The first version of the operator: the numbers of texts in a list, or the texts of numbers. */
function encodedClasses(call: OperatorCall, x: OnnxTensor, classes: readonly string[]): OnnxTensor {
  const { g } = call;
  const [texts, numbers] = [
    g.strings([...new Set(classes)]),
    g.integers([...new Set(classes)].map((text) => classes.indexOf(text))),
  ];
  const isText = x.type === 'STRING';
  const absent = defaultValue(call, isText ? 'INT64' : 'STRING');
  return isText
    ? typed(lookUp(g, texts, numbers, x, absent), 'INT64')
    : typed(lookUp(g, g.integers([...classes.keys()]), g.strings(classes), x, absent), 'STRING');
}

/** By a table, in which the first of several values of a key counts. */
function lookUpList(
  call: OperatorCall,
  keys: List,
  values: List,
  x: SymbolicTensor,
  absent: SymbolicTensor,
): SymbolicTensor {
  const list: readonly (number | string)[] = keys.type === 'STRING' ? keys.texts : keys.numbers;
  const first = new Map<number | string, number>();
  for (const [place, key] of list.entries()) if (!first.has(key)) first.set(key, place);
  const [ofKeys, ofValues] = [keys, values].map((each) =>
    listTensor(call, chosen(each, [...first.values()])),
  );
  if (ofKeys === undefined || ofValues === undefined) throw new Error('there are two');
  return lookUp(call.g, ofKeys, ofValues, x, absent);
}

/** The elements of a list at places. */
function chosen(list: List, places: readonly number[]): List {
  return list.type === 'STRING'
    ? { type: list.type, texts: places.map((place) => list.texts[place] ?? '') }
    : { type: list.type, numbers: places.map((place) => list.numbers[place] ?? 0) };
}

/** The value of each element's key, or a default. */
const labelEncoder: Operator = (call) => {
  const { g, attributes } = call;
  const x = input(call, 0);
  const classes = attributes.texts('classes_strings');
  if (classes !== undefined) return encodedClasses(call, x, classes);
  const [keys, values] = [readList(call, 'keys'), readList(call, 'values')];
  const absent = defaultValue(call, values.type);
  if (keys.type !== 'FLOAT') return typed(lookUpList(call, keys, values, x, absent), values.type);
  const found = matches(call, x, listTensor(call, keys));
  const place = argumentOfExtreme(g, 'ArgMax', cast(g, found, 'float32'), rank(x));
  const picked = gather(g, listTensor(call, values), place, 0);
  const isKnown = reduce(g, 'Any', found, [rank(x)]);
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

/** Integers of texts, or texts of integers, by two lists of the same length. */
const categoryMapper: Operator = (call) => {
  const { attributes } = call;
  const x = input(call, 0);
  const texts: List = { type: 'STRING', texts: attributes.texts('cats_strings') ?? [] };
  const numbers: List = { type: 'INT64', numbers: attributes.integers('cats_int64s') ?? [] };
  const [keys, values] = x.type === 'STRING' ? [texts, numbers] : [numbers, texts];
  return typed(lookUpList(call, keys, values, x, defaultValue(call, values.type)), values.type);
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

export const LABELS: OperatorTable = {
  CategoryMapper: categoryMapper,
  LabelEncoder: labelEncoder,
  OneHotEncoder: oneHotEncoder,
};
