import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeInputs } from '../../../worker/http/open_inference/request/decode_inputs.ts';
import { readDocument } from '../../../worker/http/open_inference/request/document.ts';
import { parseInferenceRequest } from '../../../worker/http/open_inference/request/parse_request.ts';
import type { DataType } from '../../../worker/model/dtype.ts';
import type { Signature } from '../../../worker/model/signature.ts';
import { anyRequest } from '../../fixtures/requests/open_inference_requests.ts';

const encode = (text: string) => new TextEncoder().encode(text);

const signatureOf = (dtype: DataType): Signature => ({
  method: 'tensorflow/serving/predict',
  inputs: { x: { name: 'x', dtype, shape: null } },
  outputs: {},
});

/** The values of input x in a request's text, or the message of the refusal. */
function decoded(text: string, dtype: DataType): unknown {
  const parsed = parseInferenceRequest(encode(text), null, 'm');
  if (parsed.kind === 'invalid') return parsed.message;
  if (parsed.kind === 'raw') throw new Error('the request is raw');
  const outcome = decodeInputs(parsed.inputs, signatureOf(dtype), 'm');
  return outcome.kind === 'invalid' ? outcome.message : outcome.inputs.get('x');
}

/** The order of an input's members, and the white space between all tokens. */
interface Layout {
  readonly order: readonly string[];
  readonly space: string;
  readonly padding: number;
}

const layouts: fc.Arbitrary<Layout> = fc.record({
  order: fc.shuffledSubarray(['name', 'shape', 'datatype', 'data'], { minLength: 4 }),
  space: fc.constantFrom('', ' ', '\n\t'),
  // Longer requests are read in another way.
  padding: fc.constantFrom(0, 2000),
});

function requestText(members: Readonly<Record<string, string>>, { order, space, padding }: Layout): string {
  const input = order.map((name) => `"${name}"${space}:${space}${members[name]}`).join(`${space},`);
  return `${space}{"inputs"${space}:[${space}{${input}}${space}]}`.padEnd(padding);
}

/** Numbers as text, in every form that JSON has. */
const numberTexts = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.float({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.integer().map(String),
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(String),
  fc.constantFrom('-0', '0', '-0.0', '0e5', '-0E-3', '1e-400', '1E+2', '16777217', '9007199254740993'),
  fc
    .tuple(fc.integer(), fc.stringMatching(/^[0-9]{1,40}$/), fc.integer({ min: -60, max: 30 }))
    .map(([whole, fraction, exponent]) => `${whole}.${fraction}e${exponent}`),
);

/** Nested lists of a shape, with the texts in row-major order. */
function nested(shape: readonly number[], texts: readonly string[], space: string): string {
  const [size, ...inner] = shape;
  if (size === undefined) return texts[0] ?? '';
  const stride = texts.length / size;
  const parts = Array.from({ length: size }, (_, index) =>
    nested(inner, texts.slice(index * stride, (index + 1) * stride), space),
  );
  return `[${space}${parts.join(`${space},${space}`)}${space}]`;
}

const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 });
const countOf = (shape: readonly number[]) => shape.reduce((count, size) => count * size, 1);

/** A shape, a text for each of its elements, and true if the texts are in one flat list. */
function tensorsOf(texts: fc.Arbitrary<string>) {
  return shapes.chain((shape) =>
    fc.record({
      shape: fc.constant(shape),
      texts: fc.array(texts, { minLength: countOf(shape), maxLength: countOf(shape) }),
      isFlat: fc.boolean(),
      layout: layouts,
    }),
  );
}

function textOfTensor(
  { shape, texts, isFlat, layout }: { shape: number[]; texts: string[]; isFlat: boolean; layout: Layout },
  datatype: string,
): string {
  const data = nested(isFlat ? [texts.length] : shape, texts, layout.space);
  const members = { name: '"x"', shape: `[${shape}]`, datatype: `"${datatype}"`, data };
  return requestText(members, layout);
}

describe('data in JSON has the values that JSON.parse gives', () => {
  test('floats, to the bit', () => {
    fc.assert(
      fc.property(tensorsOf(numberTexts), fc.constantFrom('FP32', 'FP64'), (tensor, datatype) => {
        const numbers = tensor.texts.map((text): number => JSON.parse(text));
        fc.pre(numbers.every((value) => !Number.isFinite(value) || Number.isFinite(Math.fround(value))));
        // toEqual tells 0 from -0.
        expect(decoded(textOfTensor(tensor, datatype), 'float32')).toEqual({
          dtype: 'float32',
          shape: tensor.shape,
          values: Float32Array.from(numbers),
        });
      }),
      { numRuns: 3000 },
    );
  });

  test('integers, and those that int32 does not hold are refused', () => {
    const integers = fc.oneof(fc.integer().map(String), fc.constantFrom('-0', '1.0', '2e3', '-2147483648'));
    const others = fc.constantFrom('2147483648', '1.5', '1e10', '9223372036854775807', '-2147483649', 'null');
    const texts = fc.oneof({ weight: 30, arbitrary: integers }, { weight: 1, arbitrary: others });
    fc.assert(
      fc.property(tensorsOf(texts), fc.constantFrom('INT32', 'INT64'), (tensor, datatype) => {
        const numbers = tensor.texts.map((text): number | null => JSON.parse(text));
        const fault = numbers.findIndex((value) => value === null || (value | 0) !== value);
        const found = decoded(textOfTensor(tensor, datatype), 'int32');
        if (fault === -1) {
          const values = Int32Array.from(numbers, Number);
          expect(found).toEqual({ dtype: 'int32', shape: tensor.shape, values });
        } else expect(found).toContain(`element ${fault}, ${tensor.texts[fault]}, is not an integer`);
      }),
      { numRuns: 2000 },
    );
  });

  test('booleans', () => {
    fc.assert(
      fc.property(tensorsOf(fc.constantFrom('true', 'false')), (tensor) => {
        const values = Uint8Array.from(tensor.texts, (text) => Number(text === 'true'));
        expect(decoded(textOfTensor(tensor, 'BOOL'), 'bool')).toEqual({
          dtype: 'bool',
          shape: tensor.shape,
          values,
        });
      }),
    );
  });

  test('strings, and halves of surrogate pairs are refused', () => {
    const units = fc.oneof(
      fc.string({ unit: 'grapheme' }).map((text) => JSON.stringify(text)),
      fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
      fc
        .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 3 })
        .map((codes) => `"${codes.map((code) => `\\u${code.toString(16).padStart(4, '0')}`).join('')}"`),
    );
    fc.assert(
      fc.property(tensorsOf(units), (tensor) => {
        const strings = tensor.texts.map((text): string => JSON.parse(text));
        const fault = strings.findIndex((text) => !text.isWellFormed());
        const found = decoded(textOfTensor(tensor, 'BYTES'), 'string');
        if (fault === -1) {
          expect(found).toEqual({ dtype: 'string', shape: tensor.shape, values: strings.map(encode) });
        } else expect(found).toContain(`element ${fault},`);
      }),
      { numRuns: 1000 },
    );
  });

  test.each([
    ['null', Number.NaN],
    ['NaN', Number.NaN],
    ['-NaN', Number.NaN],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['-Infinity', Number.NEGATIVE_INFINITY],
    ['1e999', Number.POSITIVE_INFINITY],
    [`-${'9'.repeat(400)}`, Number.NEGATIVE_INFINITY],
    [`0.${'3'.repeat(100_000)}`, Math.fround(1 / 3)],
  ])('a float that is not finite, or long: %.20s', (text, value) => {
    for (const padding of [0, 2000]) {
      const members = { name: '"x"', shape: '[2]', datatype: '"FP32"', data: `[1,${text}]` };
      const layout = { order: Object.keys(members), space: '', padding };
      expect(decoded(requestText(members, layout), 'float32')).toMatchObject({
        values: Float32Array.of(1, value),
      });
    }
  });
});

describe('a document', () => {
  /** The result of JSON.parse without members that are null, which are absent. */
  const parsed = (text: string): unknown => JSON.parse(text, withoutNulls);

  function withoutNulls(_key: string, value: unknown): unknown {
    return typeof value !== 'object' || value === null || Array.isArray(value)
      ? value
      : Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null));
  }

  test('of any JSON is read as JSON.parse reads it, except for members that are null', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), (parameters) => {
        const text = `{"id":"i","parameters":${parameters},"other":${parameters}}`;
        const value = parsed(`{"id":"i","parameters":${parameters}}`);
        expect(readDocument(encode(text))).toEqual({ kind: 'document', value });
      }),
      { numRuns: 2000 },
    );
  });

  test('is JSON just where JSON.parse says so', () => {
    const spoiled = fc
      .tuple(
        fc.json({ maxDepth: 4 }),
        fc.nat(),
        fc.oneof(fc.string(), fc.constantFrom(...'{}[],:"\\01.eE+-')),
      )
      .map(([text, place, piece]) => {
        const at = place % (text.length + 1);
        return text.slice(0, at) + piece + text.slice(at + (place % 3));
      })
      .filter((text) => !/NaN|Infinity/.test(text) && text.isWellFormed());
    const isJson = (text: string) => {
      try {
        JSON.parse(text);
        return true;
      } catch {
        return false;
      }
    };
    fc.assert(
      fc.property(spoiled, (text) => {
        expect(readDocument(encode(`{"other":${text}}`)).kind === 'document').toBe(
          isJson(`{"other":${text}}`),
        );
        expect(readDocument(encode(`{"id":${text}}`)).kind === 'document').toBe(isJson(`{"id":${text}}`));
      }),
      { numRuns: 5000 },
    );
  });

  test('of any bytes is refused or read, and never throws', () => {
    const signature = { ...signatureOf('float32'), inputs: signatureOf('float32').inputs };
    fc.assert(
      fc.property(anyRequest(signature), ({ body }) => {
        expect(['document', 'invalid']).toContain(readDocument(body).kind);
      }),
      { numRuns: 3000 },
    );
  });

  test.each([
    ['the last of equal names counts', '{"id":"a","id":"b"}', { id: 'b' }],
    ['a name may be escaped', '{"\\u0069d":"a"}', { id: 'a' }],
    ['a member of an object is no member of the request', '{"x":{"id":"a"}}', {}],
    ['a list that should be an object', '{"parameters":[1]}', { parameters: [1] }],
    ['inputs that are no list', '{"inputs":{"data":[1]}}', { inputs: { data: [1] } }],
    ['an input that is no object', '{"inputs":[[1],"a",null]}', { inputs: [[1], 'a', null] }],
    ['data that is no list', '{"inputs":[{"data":{"a":1}}]}', { inputs: [{ data: { a: 1 } }] }],
    ['no object at all', '[1,{"a":"b"}]', [1, { a: 'b' }]],
  ])('%s', (_name, text, value) => {
    expect(readDocument(encode(text))).toEqual({ kind: 'document', value });
  });
});
