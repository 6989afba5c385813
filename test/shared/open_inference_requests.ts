import fc from 'fast-check';
import { DATATYPES } from '../../worker/http/open_inference/datatype.ts';
import type { Signature, TensorInfo } from '../../worker/model/signature.ts';

/** A request of any quality for a model with this signature. */
export interface AnyRequest {
  readonly body: Uint8Array<ArrayBuffer>;
  /** Inference-Header-Content-Length, where it is sent. */
  readonly headerLength: string | undefined;
}

/** Requests from right to hopeless: tensors that fit, fields that do not, texts that are no JSON, bytes. */
export function anyRequest(signature: Signature): fc.Arbitrary<AnyRequest> {
  const document = fc.record(
    {
      id: mostly(fc.string(), fc.jsonValue()),
      parameters: mostly(anyParameters, fc.jsonValue()),
      inputs: mostly(fc.oneof(rightInputs(signature), anyInputs(signature)), fc.jsonValue()),
      outputs: mostly(anyOutputs(signature), fc.jsonValue()),
    },
    { requiredKeys: ['inputs'] },
  );
  const right = fc.record({ inputs: rightInputs(signature) });
  const text = fc.oneof(
    { weight: 6, arbitrary: document.map((value) => JSON.stringify(value)) },
    { weight: 4, arbitrary: right.map((value) => JSON.stringify(value)) },
    { weight: 2, arbitrary: fc.tuple(document, fc.nat(), fc.string()).map(spoiled) },
    { weight: 1, arbitrary: fc.json() },
    { weight: 1, arbitrary: fc.string() },
  );
  const headerLength = (length: number) =>
    fc.oneof(
      { weight: 5, arbitrary: fc.constant(String(length)) },
      { weight: 1, arbitrary: fc.integer({ min: -9, max: 200 }).map(String) },
      // What a header can hold.
      { weight: 1, arbitrary: fc.string({ unit: fc.constantFrom(...'0123456789 +-.exInfaNy,') }) },
    );
  const withBinary = fc
    .tuple(text, fc.uint8Array({ maxLength: 64 }))
    .chain(([json, binary]) =>
      headerLength(Buffer.byteLength(json)).map((length) => request(json, binary, length)),
    );
  return fc.oneof(
    { weight: 6, arbitrary: text.map((json) => request(json, new Uint8Array(0), undefined)) },
    { weight: 3, arbitrary: withBinary },
    { weight: 2, arbitrary: binaryInputs(signature) },
    { weight: 1, arbitrary: fc.uint8Array().map((bytes) => request('', bytes, '0')) },
    { weight: 1, arbitrary: fc.uint8Array().map((bytes) => request('', bytes, undefined)) },
  );
}

function request(json: string, binary: Uint8Array, headerLength: string | undefined): AnyRequest {
  return { body: new Uint8Array(Buffer.concat([Buffer.from(json), binary])), headerLength };
}

function mostly<T>(usual: fc.Arbitrary<T>, other: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 9, arbitrary: usual }, { weight: 1, arbitrary: other });
}

/** A document's text with a piece taken out and something else put in. */
function spoiled([document, place, piece]: [unknown, number, string]): string {
  const text = JSON.stringify(document);
  const at = place % (text.length + 1);
  return text.slice(0, at) + piece + text.slice(at + (place % 7));
}

const PARAMETERS = [
  'binary_data',
  'binary_data_size',
  'binary_data_output',
  'content_type',
  'signature_name',
  'classification',
  'shared_memory_region',
  'priority',
  '__proto__',
];
const anyParameters = fc.dictionary(
  fc.constantFrom(...PARAMETERS),
  fc.oneof(
    fc.boolean(),
    fc.integer({ min: -2, max: 70 }),
    fc.double(),
    fc.constantFrom('base64', 'str', 'serving_default'),
    fc.jsonValue(),
  ),
  { maxKeys: 2 },
);

const VALUES: Readonly<Record<TensorInfo['dtype'], fc.Arbitrary<unknown>>> = {
  float32: fc.oneof(fc.float({ noNaN: true, noDefaultInfinity: true }), fc.integer(), fc.constant(null)),
  int32: fc.integer(),
  bool: fc.boolean(),
  string: fc.string(),
};
const RIGHT_DATATYPES = {
  float32: ['FP32', 'FP64'],
  int32: ['INT32', 'INT64'],
  bool: ['BOOL'],
  string: ['BYTES'],
} as const;

const rightShape = ({ shape }: TensorInfo) =>
  fc.tuple(...(shape ?? [-1]).map((size) => (size === -1 ? fc.nat(3) : fc.constant(size))));

const countOf = (shape: readonly number[]) => shape.reduce((count, size) => count * size, 1);

/** Every input as the model takes it. */
function rightInputs({ inputs }: Signature): fc.Arbitrary<unknown> {
  return fc.tuple(
    ...Object.entries(inputs).map(([name, info]) =>
      rightShape(info).chain((shape) => {
        const count = countOf(shape);
        return fc.record({
          name: fc.constant(name),
          shape: fc.constant(shape),
          datatype: fc.constantFrom(...RIGHT_DATATYPES[info.dtype]),
          data: fc.array(VALUES[info.dtype], { minLength: count, maxLength: count }),
        });
      }),
    ),
  );
}

/** Every input as the model takes it, in binary, with bytes that may be anything. */
function binaryInputs({ inputs }: Signature): fc.Arbitrary<AnyRequest> {
  const input = fc.constantFrom(...Object.entries(inputs)).chain(([name, info]) =>
    fc
      .tuple(rightShape(info), fc.constantFrom(...DATATYPES), fc.constantFrom(1, 2, 4, 8))
      .chain(([shape, datatype, size]) => {
        const bytes = countOf(shape) * size;
        const head = { name, shape, datatype, parameters: { binary_data_size: bytes } };
        return fc.tuple(fc.constant(head), fc.uint8Array({ minLength: bytes, maxLength: bytes }));
      }),
  );
  return fc.array(input, { minLength: 1, maxLength: 3 }).map((list) => {
    const json = JSON.stringify({ inputs: list.map(([head]) => head) });
    const binary = Buffer.concat(list.map(([, bytes]) => bytes));
    return request(json, binary, String(Buffer.byteLength(json)));
  });
}

const anySize = fc.oneof(
  { weight: 8, arbitrary: fc.nat(4) },
  { weight: 1, arbitrary: fc.integer() },
  { weight: 1, arbitrary: fc.constantFrom(0.5, 2 ** 31, 2 ** 53, 2 ** 62, 1e308, -1, '1', null) },
);

const nestedData = fc.letrec<{ list: unknown[]; item: unknown }>((tie) => ({
  list: fc.array(tie('item'), { maxLength: 4 }),
  item: fc.oneof(
    { maxDepth: 4 },
    fc.oneof(fc.double(), fc.integer(), fc.boolean(), fc.string(), fc.jsonValue({ maxDepth: 1 })),
    tie('list'),
  ),
}));
const deepData = fc.nat(150).map((depth) => {
  let list: unknown[] = [1];
  for (let level = 0; level < depth; level++) list = [list];
  return list;
});

function anyInputs({ inputs }: Signature): fc.Arbitrary<unknown> {
  const input = fc.record(
    {
      name: mostly(fc.constantFrom(...Object.keys(inputs), 'nobody', '__proto__'), fc.jsonValue()),
      shape: mostly(fc.array(anySize, { maxLength: 5 }), fc.jsonValue()),
      datatype: mostly(fc.constantFrom(...DATATYPES), fc.jsonValue()),
      parameters: mostly(anyParameters, fc.jsonValue()),
      data: mostly(fc.oneof(nestedData.list, deepData), fc.jsonValue()),
    },
    { requiredKeys: ['name', 'shape', 'datatype'] },
  );
  return fc.array(input, { maxLength: 4 });
}

function anyOutputs({ outputs }: Signature): fc.Arbitrary<unknown> {
  const output = fc.record(
    {
      name: mostly(fc.constantFrom(...Object.keys(outputs), 'nobody'), fc.jsonValue()),
      parameters: mostly(anyParameters, fc.jsonValue()),
    },
    { requiredKeys: ['name'] },
  );
  return fc.array(output, { maxLength: 3 });
}
