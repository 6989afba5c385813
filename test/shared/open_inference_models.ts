import type { Signature } from '../../worker/model/signature.ts';
import type { Edge } from './edge.ts';
import { type GraphStep, writeGraphModel } from './graph_model.ts';
import { publishDirectory, SAMPLES } from './publish_directory.ts';

const step = (
  dtype: GraphStep['dtype'],
  shape: readonly number[],
  [input, output]: readonly [string, string] = ['INPUT0', 'OUTPUT0'],
): GraphStep => ({ input, output, dtype, shape });

/** Models that give back what they take, by name: one for every dtype and kind of shape. */
const IDENTITIES: Readonly<Record<string, readonly GraphStep[]>> = {
  wide: [step('DT_FLOAT', [-1, 8])],
  square: [step('DT_FLOAT', [-1, -1])],
  three: [0, 1, 2].map((index) => step('DT_FLOAT', [-1], [`INPUT${index}`, `OUTPUT${index}`])),
  bool: [step('DT_BOOL', [-1])],
  bytes: [step('DT_STRING', [-1, -1])],
  strings: [step('DT_STRING', [-1])],
  one_string: [step('DT_STRING', [1])],
  batch_of_one_string: [step('DT_STRING', [-1, 1])],
  fp16: [
    step('DT_FLOAT', [-1, 4], ['fp16_input', 'fp32_output']),
    step('DT_STRING', [-1, 4], ['str_input', 'str_output']),
  ],
  three_kinds: [
    step('DT_INT32', [-1], ['input1', 'output1']),
    step('DT_STRING', [-1], ['input2', 'output2']),
    step('DT_FLOAT', [-1], ['input3', 'output3']),
  ],
};

/** Publishes the models that the vectors of the protocol ask for. */
export async function publishOpenInferenceModels({ store }: Edge): Promise<void> {
  for (const [model, steps] of Object.entries(IDENTITIES)) {
    await publishDirectory(store, await writeGraphModel(steps), model, '1.0.0');
  }
  const integers = await writeGraphModel([step('DT_INT32', [-1, -1], ['input-0', 'output-0'])]);
  await publishDirectory(store, integers, 'int32', '1.2.3');

  const vector = step('DT_FLOAT', [-1]);
  await publishDirectory(store, await writeGraphModel([vector]), 'vector', '1.0.0');
  const negated = await writeGraphModel([{ ...vector, operation: { op: 'Neg' } }]);
  await publishDirectory(store, negated, 'vector', '1.1.0');

  await publishDirectory(store, await writeGraphModel([vector]), 'two_signatures', '1.0.0', {
    change: (content) => ({
      ...content,
      signatures: { ...content.signatures, other: renamed(content.signatures.serving_default) },
    }),
  });
  await publishDirectory(store, `${SAMPLES}/iris/1.0.0`, 'iris', '1.0.0');

  const broken = await writeGraphModel([{ ...vector, operation: { op: 'NoSuchOperation' } }]);
  await publishDirectory(store, broken, 'never_ready', '1.0.0');
}

function renamed(signature: Signature | undefined): Signature {
  const output = signature?.outputs.OUTPUT0;
  if (signature === undefined || output === undefined) throw new Error('there is no such signature');
  return { ...signature, outputs: { renamed: output } };
}
