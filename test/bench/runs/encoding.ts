import * as v from 'valibot';
import { elementCount } from '../../../worker/model/tensor.ts';
import type { Network } from '../networks/network.ts';
import { flatten, type Nested, nest } from './nested_values.ts';
import type { Outputs } from './timed_runs.ts';

/** The encoding of tensors in a predict request and its answer. */
export interface Encoding {
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  encodeRequest(network: Network): Uint8Array;
  decodeAnswer(network: Network, body: Uint8Array): Outputs;
}

const NestedSchema: v.GenericSchema<Nested> = v.union([v.number(), v.array(v.lazy(() => NestedSchema))]);
const AnswerSchema = v.object({
  predictions: v.pipe(v.array(v.union([NestedSchema, v.record(v.string(), NestedSchema)])), v.length(1)),
});

/** TensorFlow Serving's row format: one instance in, one prediction out. */
export const json: Encoding = {
  name: 'JSON',
  headers: { 'content-type': 'application/json' },
  encodeRequest: ({ input: { values, shape } }) => {
    // A float32 needs nine digits. More digits would slow down every parser.
    const shortest = Array.from(values, (value) => Number(value.toPrecision(9)));
    return new TextEncoder().encode(JSON.stringify({ instances: nest(shortest, shape) }));
  },
  decodeAnswer: ({ outputs }, body) => {
    const { predictions } = v.parse(AnswerSchema, JSON.parse(new TextDecoder().decode(body)));
    const [prediction] = predictions;
    return new Map(
      outputs.map(({ name, shape }) => {
        const isNested = typeof prediction === 'number' || Array.isArray(prediction);
        const nested = isNested ? prediction : prediction?.[name];
        if (nested === undefined) throw new Error(`the answer has no output ${name}`);
        return [name, flatten(nested, elementCount(shape))];
      }),
    );
  },
};

/** JSON may end in spaces. All networks have the same length, and the values after it are aligned. */
const BINARY_HEAD_BYTES = 512;

/** Open Inference v2 with its extension for binary tensors: float32 values after the JSON that describes them. */
export const binary: Encoding = {
  name: 'binary',
  headers: {
    'content-type': 'application/octet-stream',
    'inference-header-content-length': String(BINARY_HEAD_BYTES),
  },
  encodeRequest: ({ input: { name, shape, values }, outputs }) => {
    const parameters = { binary_data_size: values.byteLength };
    const head = JSON.stringify({
      inputs: [{ name, shape, datatype: 'FP32', parameters }],
      outputs: outputs.map((output) => ({ name: output.name, parameters: { binary_data: true } })),
    });
    if (head.length > BINARY_HEAD_BYTES) throw new Error(`the JSON of a request is longer than its place`);
    const bytes = new Uint8Array(BINARY_HEAD_BYTES + values.byteLength);
    bytes.set(new TextEncoder().encode(head.padEnd(BINARY_HEAD_BYTES)));
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), BINARY_HEAD_BYTES);
    return bytes;
  },
  // The values come last, in the requested order, after the JSON.
  decodeAnswer: ({ outputs }, body) => {
    const bytesOf = outputs.map(({ shape }) => elementCount(shape) * Float32Array.BYTES_PER_ELEMENT);
    let offset = body.length - bytesOf.reduce((sum, bytes) => sum + bytes, 0);
    return new Map(
      outputs.map(({ name }, index) => {
        const start = offset;
        offset += bytesOf[index] ?? 0;
        return [name, new Float32Array(body.slice(start, offset).buffer)];
      }),
    );
  },
};
