import fc from 'fast-check';

// Bodies that are nearly requests of TensorFlow Serving's API: what a client might send by mistake or malice.

const NUMBERS = [
  '0',
  '-0',
  '1',
  '1.0',
  '-1.5e3',
  '2147483647',
  '2147483648',
  '9007199254740993',
  '18446744073709551615',
  '99999999999999999999',
  '1e308',
  '1e309',
  '1e-400',
  'NaN',
  '-NaN',
  'Infinity',
  '-Infinity',
  'Inf',
  '01',
  '.5',
  '1.',
  '1e',
  '+1',
  `0.${'1'.repeat(60)}`,
  '1'.repeat(400),
];
const STRINGS = [
  '""',
  '"x"',
  '"\\u0000"',
  '"\\ud83d\\ude00"',
  '"\\ud800"',
  '"é€"',
  '"aGVsbG8="',
  '"\\x"',
  '"\n"',
  '"unended',
];
const LITERALS = [
  'true',
  'false',
  'null',
  'nul',
  '{"b64": "aGVsbG8="}',
  '{"b64": "="}',
  '{"b64": 1}',
  '{}',
  '[]',
];
const NAMES = [
  'x',
  'scores',
  'names',
  'int_tensor',
  'str_tensor',
  'float_tensor',
  'b64',
  '__proto__',
  'constructor',
  '',
];
const SIGNATURES = [
  'serving_default',
  'float',
  'int',
  'bool',
  'string',
  'bytes',
  'mixed',
  'labelled',
  'scores',
  'regress_x_to_y',
  'classify_x_to_y',
  'toString',
  'none',
];

const scalar = fc.constantFrom(...NUMBERS, ...NUMBERS.slice(0, 5), ...STRINGS, ...LITERALS);
const quoted = (names: readonly string[]) => fc.constantFrom(...names).map((name) => JSON.stringify(name));

function object(value: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .array(fc.tuple(quoted(NAMES), value), { maxLength: 4 })
    .map((members) => `{${members.map(([name, text]) => `${name}:${text}`).join(', ')}}`);
}

/** A list whose elements are all alike, as a tensor's are, with one that is not now and then. */
function list(value: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const alike = fc
    .tuple(value, fc.integer({ min: 1, max: 4 }))
    .map(([text, count]) => `[${Array.from({ length: count }, () => text).join(',')}]`);
  const any = fc.array(value, { maxLength: 4 }).map((values) => `[${values.join(' , ')}]`);
  return fc.oneof({ weight: 3, arbitrary: alike }, { weight: 2, arbitrary: any });
}

const { value } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    list(tie('value')),
    object(tie('value')),
  ),
}));

const member = fc.oneof(
  quoted(SIGNATURES).map((name) => `"signature_name": ${name}`),
  fc
    .tuple(quoted(['instances', 'inputs', 'examples', 'context', 'signature_name', 'other']), value)
    .map(([name, text]) => `${name}: ${text}`),
);
const request = fc
  .tuple(
    quoted(SIGNATURES),
    quoted(['instances', 'inputs', 'examples']),
    fc.oneof(list(value), list(object(list(scalar))), value),
    fc.array(member, { maxLength: 2 }),
  )
  .map(
    ([signature, name, text, more]) =>
      `{"signature_name": ${signature}, ${[`${name}: ${text}`, ...more].join(', ')}}`,
  );

const GOOD: Readonly<Record<string, readonly string[]>> = {
  serving_default: NUMBERS.slice(0, 7),
  float: ['1', '2.5', '-0', 'NaN', 'Infinity', '1e-30', '3.4028235e38', '0.1234567890123456789'],
  int: ['0', '-1', '2147483647', '-2147483648'],
  bool: ['true', 'false'],
  string: ['""', '"é"', '"\\u0000\\ud83d\\ude00"', '{"b64": "/w=="}'],
  bytes: ['"a"', '{"b64": ""}'],
};

/** Values that fit the signature, in lists of any depth, by row or by column. */
const fitting = fc
  .tuple(
    fc
      .constantFrom(...Object.keys(GOOD))
      .chain((signature) =>
        fc.tuple(
          fc.constant(signature),
          fc.array(fc.constantFrom(...(GOOD[signature] ?? [])), { minLength: 1, maxLength: 4 }),
        ),
      ),
    fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 3 }),
    fc.constantFrom(
      '"instances": V',
      '"inputs": V',
      '"inputs": {"x": V}',
      '"instances": [{"x": V}, {"x": V}]',
    ),
  )
  .map(([[signature, values], repeats, form]): RequestText => {
    const list = repeats.reduce(
      (inner, count) => `[${Array.from({ length: count }, () => inner).join(', ')}]`,
      `[${values.join(',')}]`,
    );
    return { method: 'predict', text: `{"signature_name": "${signature}", ${form.replaceAll('V', list)}}` };
  });

const EXAMPLES = {
  classify: ['"classify_x_to_y"', '{"x": 1.5}', '"scores"', '{"x": [1.0, NaN, 2e3], "y": 1}'],
  regress: ['"regress_x_to_y"', '{"x": [0.1]}', '"regress_x_to_y"', '{"x": -Infinity, "y": ["a"]}'],
} as const;

const fittingExamples = fc
  .tuple(fc.constantFrom('classify', 'regress'), fc.constantFrom(0, 2), fc.integer({ min: 1, max: 3 }))
  .map(([method, choice, count]): RequestText => {
    const examples = Array.from({ length: count }, () => EXAMPLES[method][choice + 1]).join(', ');
    return { method, text: `{"examples": [${examples}], "signature_name": ${EXAMPLES[method][choice]}}` };
  });

interface RequestText {
  readonly method: RequestMethod;
  readonly text: string;
}

export type RequestMethod = 'predict' | 'classify' | 'regress';

const anyText = fc
  .tuple(
    fc.constantFrom<RequestMethod>('predict', 'classify', 'regress'),
    fc.oneof({ weight: 8, arbitrary: request }, value, fc.json(), fc.string({ unit: 'binary' })),
  )
  .map(([method, text]): RequestText => ({ method, text }));

interface Edit {
  readonly at: number;
  readonly removed: number;
  readonly bytes: Uint8Array;
}

const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.nat(),
  removed: fc.constantFrom(0, 0, 1, 1, 2, 10),
  bytes: fc.oneof(
    fc.uint8Array({ maxLength: 3 }),
    fc.constantFrom(...'[]{},:"\\-.eN0 ').map((character) => new TextEncoder().encode(character)),
  ),
});

function edited(bytes: Uint8Array, { at, removed, bytes: added }: Edit): Uint8Array {
  const start = bytes.length === 0 ? 0 : at % bytes.length;
  return Uint8Array.from([...bytes.subarray(0, start), ...added, ...bytes.subarray(start + removed)]);
}

export interface ComputeRequest {
  readonly method: RequestMethod;
  readonly body: Uint8Array;
}

/** A third of what a model could answer; mostly whole, else with a few bytes removed, added or changed. */
export const computeRequest: fc.Arbitrary<ComputeRequest> = fc
  .tuple(
    fc.oneof({ weight: 4, arbitrary: anyText }, { weight: 2, arbitrary: fitting }, fittingExamples),
    fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.array(edit, { maxLength: 3 })),
  )
  .map(([{ method, text }, edits]) => ({
    method,
    body: edits.reduce(edited, new TextEncoder().encode(text)),
  }));
