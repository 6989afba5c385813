import * as v from 'valibot';
import { elementCount } from '../../../worker/runtime/tensor.ts';
import type { Network } from '../networks/network.ts';
import { flatten, type Nested, nest } from './nested_values.ts';
import type { Outputs } from './timed_runs.ts';

/** How tensors travel in a predict request and its answer. A binary form will be a second one of these. */
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
    // Nine digits are what a float32 needs; clients that send more make everyone's parsing slower.
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
