import { textValue } from '../../../builder/node_builder.ts';
import { broadcastShape } from '../../../builder/symbolic_tensor.ts';
import { input, type Operator, type OperatorTable } from '../../conversion/operator_call.ts';
import { typed } from '../../values/onnx_tensor.ts';
import { refuse, refuseMalformed } from '../../values/refusal.ts';

const stringConcat: Operator = (call) => {
  const { g } = call;
  const [one, other] = [input(call, 0), input(call, 1)];
  const isSame =
    one.shape.length === other.shape.length && one.shape.every((size, axis) => size === other.shape[axis]);
  if (!isSame && one.shape.length > 0 && other.shape.length > 0) {
    refuse(`joins texts of the shapes [${one.shape}] and [${other.shape}], which are not computed`);
  }
  const joined = g.node(
    'StringJoin',
    [one, other],
    { shape: broadcastShape(one.shape, other.shape) },
    { N: { i: '2' }, separator: textValue('') },
  );
  return typed(joined, 'STRING');
};

const regexFullMatch: Operator = (call) => {
  const { g, attributes } = call;
  const x = input(call, 0);
  const pattern = attributes.text('pattern') ?? refuseMalformed('has no pattern');
  const isMatch = g.node(
    'StaticRegexFullMatch',
    [x],
    { shape: x.shape, dtype: 'bool' },
    { pattern: textValue(pattern) },
  );
  return typed(isMatch, 'BOOL');
};

const CASES = { LOWER: 'StringLower', UPPER: 'StringUpper' } as const;

/** Changes the case of words; those that stop words name are left out. */
const stringNormalizer: Operator = (call) => {
  const { g, attributes } = call;
  const x = input(call, 0);
  attributes.ignore('locale');
  const change = attributes.choice('case_change_action', ['NONE', 'LOWER', 'UPPER'], 'NONE');
  const isSensitive = attributes.flag('is_case_sensitive');
  const stops = attributes.texts('stopwords') ?? [];
  const changed =
    change === 'NONE' ? x : g.node(CASES[change], [x], { shape: x.shape }, { encoding: textValue('utf-8') });
  if (stops.length === 0) return typed(changed, 'STRING');
  return refuse(
    `leaves out words (${isSensitive ? 'case counts' : 'case does not count'}), which is not computed`,
  );
};

export const TEXTS: OperatorTable = {
  RegexFullMatch: regexFullMatch,
  StringConcat: stringConcat,
  StringNormalizer: stringNormalizer,
};
