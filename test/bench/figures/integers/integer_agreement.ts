import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openModel } from '../../../../import/open_model.ts';
import { bundleWorker } from '../../engines/bundle_worker.ts';
import { OUR_RUNTIME, openRuntimeBeside, runtimeBeside } from '../../engines/ours.ts';
import { startStage } from '../../engines/stage.ts';
import type { Network } from '../../networks/network.ts';
import { nsfwjs } from '../../networks/nsfwjs.ts';
import { pictures } from '../../networks/sources/pictures.ts';
import { MODELS_DIRECTORY } from '../../networks/sources/shared_models.ts';
import { nest } from '../../runs/nested_values.ts';
import { computeOnce } from '../compute.ts';

/** How a trained classifier that was quantized to int8 answers, beside its float32 form. */
export interface IntegerAgreement {
  readonly pictures: number;
  /** Pictures of which both say the same class first. */
  readonly sameClass: number;
  /** Of a probability. */
  readonly largestDifference: number;
}

/** Every so many pictures, one is for the calibration and not for the comparison. */
const EACH_CALIBRATES = 6;
const SHAPE = [1, 224, 224, 3];

/**
 * Quantizes NSFWJS's MobileNetV2 as `publish --quantize int8` does, and compares its answers with those of the original on
 * pictures that it was not calibrated on.
 *
 * @returns undefined without the files
 */
export async function measureIntegerAgreement(): Promise<IntegerAgreement | undefined> {
  const [float, all] = [await nsfwjs.build(), await pictures()];
  if (float === undefined || all === undefined) return undefined;
  const isCalibration = (_: unknown, index: number): boolean => index % EACH_CALIBRATES === 0;
  const integers = await quantized(all.filter(isCalibration));
  const stage = await startStage({ ...integers, beside: float }, [
    { name: OUR_RUNTIME, modules: await bundleWorker('our_runtime') },
    await runtimeBeside(float),
  ]);
  try {
    const beside = openRuntimeBeside(stage).compute;
    if (beside === undefined) throw new Error('the runtime beside has no address');
    const answerOf = async (network: Network, values: Network['input']['values'], url: URL) => {
      const outputs = await computeOnce({ ...network, input: { ...network.input, values } }, url);
      return [...outputs.values()].flatMap((output) => [...output]);
    };
    const compared = all.filter((_, index) => !isCalibration(_, index));
    let [sameClass, largestDifference] = [0, 0];
    for (const values of compared) {
      const wanted = await answerOf(float, values, beside);
      const given = await answerOf(integers, values, new URL('/compute', stage.url(OUR_RUNTIME)));
      if (firstClass(given) === firstClass(wanted)) sameClass++;
      const differences = wanted.map((value, index) => Math.abs(value - (given[index] ?? Number.NaN)));
      largestDifference = Math.max(largestDifference, ...differences);
    }
    return { pictures: compared.length, sameClass, largestDifference };
  } finally {
    await stage.stop();
  }
}

const firstClass = (scores: readonly number[]): number => scores.indexOf(Math.max(...scores));

/** The model in int8, calibrated on these pictures. */
async function quantized(examples: readonly Float32Array[]): Promise<Network> {
  const directory = await mkdtemp(path.join(tmpdir(), 'edge-serving-bench-int8-'));
  try {
    const opened = await openModel(path.join(MODELS_DIRECTORY, nsfwjs.name, 'model.json'), {
      temporaryDirectory: directory,
      quantize: 'int8',
      calibration: {
        more: async (signatures) => {
          const [input = ''] = Object.keys(signatures.serving_default?.inputs ?? {});
          return {
            kind: 'read',
            value: examples.map((values) => ({ inputs: { [input]: [nest(values, SHAPE.slice(1))] } })),
          };
        },
      },
    });
    if (opened.kind !== 'read') throw new Error(opened.message);
    const files = new Map<string, Uint8Array>();
    for (const [file, source] of opened.files) files.set(file, new Uint8Array(await readFile(source)));
    const { inputs = {}, outputs = {} } = opened.content.signatures.serving_default ?? {};
    const [[input], [output]] = [Object.values(inputs), Object.values(outputs)];
    if (input === undefined || output === undefined) throw new Error('the model has no input or no output');
    return {
      ...{ name: `${nsfwjs.name}-int8`, description: "NSFWJS's MobileNetV2 in int8" },
      ...{ format: 'tfjs-graph-model', files, weightBytes: 0 },
      input: { name: input.name, onnxName: input.name, shape: SHAPE, values: new Float32Array(0) },
      outputs: [{ name: output.name, onnxName: output.name, shape: output.shape ?? [] }],
    };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
