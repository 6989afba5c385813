import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeInputs } from '../../../worker/http/tensorflow_serving/predict/decode_predict.ts';
import { encodeOutputs } from '../../../worker/http/tensorflow_serving/predict/encode_predict.ts';
import { parsePredictRequest } from '../../../worker/http/tensorflow_serving/predict/parse_predict.ts';
import { DataTypeSchema } from '../../../worker/model/dtype.ts';
import type { Signature, TensorInfo } from '../../../worker/model/signature.ts';
import { elementCount, type NamedTensors, type TensorValue } from '../../../worker/model/tensor.ts';
import { answerBytes } from '../../fixtures/worker/answer_bytes.ts';

function tensorOf(shape: number[]): fc.Arbitrary<TensorValue> {
  const count = elementCount(shape);
  const exactly = { minLength: count, maxLength: count };
  return fc.oneof(
    fc
      .array(fc.float({ noNaN: true, noDefaultInfinity: true }), exactly)
      .map((values): TensorValue => ({ dtype: 'float32', shape, values: Float32Array.from(values) })),
    fc
      .array(fc.integer(), exactly)
      .map((values): TensorValue => ({ dtype: 'int32', shape, values: Int32Array.from(values) })),
    fc
      .array(fc.nat(1), exactly)
      .map((values): TensorValue => ({ dtype: 'bool', shape, values: Uint8Array.from(values) })),
    fc.array(fc.uint8Array({ maxLength: 8 }), exactly).map(
      (values): TensorValue => ({
        dtype: 'string',
        shape,
        values: values.map((value) => Uint8Array.from(value)),
      }),
    ),
  );
}

/** Only the last dimension may be empty, because JSON cannot show the dimensions after an empty one. */
const innerShape = fc.oneof(
  fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 3 }),
  fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 }).map((shape) => [...shape, 0]),
);

/** Strings are bytes. The encoder keeps the bytes of outputs whose names end in `_bytes`. */
const name = fc.string({ maxLength: 5 }).map((text) => `${text}_bytes`);

function named(tensor: fc.Arbitrary<TensorValue>): fc.Arbitrary<NamedTensors> {
  return fc
    .uniqueArray(fc.tuple(name, tensor), { minLength: 1, maxLength: 3, selector: ([key]) => key })
    .map((entries) => new Map(entries));
}

const batches = fc
  .integer({ min: 1, max: 4 })
  .chain((batch) => named(innerShape.chain((shape) => tensorOf([batch, ...shape]))));
const columns = named(innerShape.chain(tensorOf));

function signatureOf(tensors: NamedTensors): Signature {
  const infos = [...tensors].map(([key, { dtype, shape }]): [string, TensorInfo] => [
    key,
    { name: key, dtype, shape: [...shape] },
  ]);
  return { method: 'tensorflow/serving/predict', inputs: Object.fromEntries(infos), outputs: {} };
}

test.each([
  ['row', 'predictions', 'instances', batches],
  ['columnar', 'outputs', 'inputs', columns],
] as const)('what is encoded by %s decodes to the same tensors', (format, answerKey, requestKey, tensors) => {
  fc.assert(
    fc.property(tensors, (outputs) => {
      const encoded = encodeOutputs(outputs, format);
      if (encoded.kind === 'invalid') throw new Error(encoded.message);
      const request = new TextDecoder()
        .decode(answerBytes(encoded.json))
        .replace(`{"${answerKey}":`, `{"${requestKey}":`);
      const parsed = parsePredictRequest(new TextEncoder().encode(request));
      if (parsed.kind === 'invalid') throw new Error(parsed.message);
      expect(decodeInputs(parsed.request, signatureOf(outputs))).toEqual({
        kind: 'decoded',
        inputs: outputs,
      });
    }),
    { numRuns: 500 },
  );
});

const anySignature: fc.Arbitrary<Signature> = fc
  .dictionary(
    fc.constantFrom('a', 'b', 'b64', '__proto__'),
    fc.record({
      name: fc.constant('t:0'),
      dtype: fc.constantFrom(...DataTypeSchema.options),
      shape: fc.option(fc.array(fc.integer({ min: -1, max: 3 }), { maxLength: 3 })),
    }),
    { maxKeys: 3 },
  )
  .map((inputs) => ({ method: 'tensorflow/serving/predict', inputs, outputs: {} }));

/** Values as in requests, with random nesting and names. */
const { nearly } = fc.letrec<{ nearly: unknown }>((tie) => ({
  nearly: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<unknown>(0, 1, 1.5, -1, 3e9, 'x', true, null, { b64: 'eA==' }, { b64: '=' }, []),
    fc.array(tie('nearly'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'b64', '__proto__', 'c'), tie('nearly'), { maxKeys: 3 }),
  ),
}));

test('no JSON causes an exception, and each refusal has a reason', () => {
  const request = fc.oneof(
    fc.record({ instances: fc.oneof(fc.array(nearly, { maxLength: 4 }), fc.jsonValue()) }),
    fc.record({ inputs: fc.oneof(nearly, fc.jsonValue()) }),
    fc.jsonValue(),
  );
  fc.assert(
    fc.property(request, anySignature, (value, signature) => {
      const parsed = parsePredictRequest(new TextEncoder().encode(JSON.stringify(value)));
      const outcome = parsed.kind === 'parsed' ? decodeInputs(parsed.request, signature) : parsed;
      if (outcome.kind === 'invalid') {
        expect(outcome.message).not.toBe('');
        expect(outcome.message).not.toContain('undefined');
        return;
      }
      for (const [key, { dtype, shape }] of Object.entries(signature.inputs)) {
        const tensor = outcome.inputs.get(key);
        expect(tensor?.dtype).toBe(dtype);
        expect(tensor?.values.length).toBe(elementCount(tensor?.shape ?? []));
        if (shape !== null) expect(tensor?.shape.length).toBe(shape.length);
      }
    }),
    { numRuns: 3000 },
  );
});
