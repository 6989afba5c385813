import type { InferenceSession, Tensor } from 'onnxruntime-common';
import { elementCount } from '../../../worker/model/tensor.ts';
import { flatten, nest } from '../runs/nested_values.ts';
import type { NetworkDescription } from '../runs/network_description.ts';
import type { Run } from '../runs/timed_runs.ts';
import type { LoadedNetwork } from './predict_server.ts';

/**
 * A network in an ONNX Runtime session. Both packages of ONNX Runtime have the same interface, each with its own tensor
 * class.
 */
export function onnxruntimeNetwork(
  { input, outputs }: NetworkDescription,
  session: InferenceSession,
  createTensor: (values: Float32Array, shape: readonly number[]) => Tensor,
): LoadedNetwork {
  const run: Run = async (values) => {
    const results = await session.run({ [input.onnxName]: createTensor(values, input.shape) });
    return new Map(
      outputs.map(({ name, onnxName }) => {
        const data = results[onnxName]?.data;
        if (!(data instanceof Float32Array)) throw new Error(`there is no float32 output ${onnxName}`);
        return [name, data];
      }),
    );
  };
  return {
    run,
    predict: async (instances) => {
      const results = await run(flatten(instances, elementCount(input.shape)));
      const rows = outputs.map(
        ({ name, shape }) => [name, nest(results.get(name) ?? [], shape.slice(1))] as const,
      );
      return { predictions: [rows.length === 1 ? rows[0]?.[1] : Object.fromEntries(rows)] };
    },
  };
}
