import { existsSync, readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { REPOSITORY } from '../../../fixtures/edge/built_worker.ts';
import { type Edge, startEdge } from '../../../fixtures/edge/edge.ts';
import { publishModel } from '../../../fixtures/models/publish_directory.ts';
import { infer, type RawTensor } from '../../../fixtures/requests/raw_inference.ts';
import { isSame, readStored } from '../stored_tensors.ts';
import { CONFORMANCE_RESULTS, operatorsOf } from './conformance_results.ts';
import { isMisstated, refusalOf } from './refused_cases.ts';

/** Cases of ONNX's own backend tests, beside the repository. */
const CASES = process.env.ONNX_CONFORMANCE ?? path.join(REPOSITORY, '../shared/conformance/onnx');
const GROUPS = ['node', 'simple', 'pytorch-operator', 'pytorch-converted'];
const ONLY = new RegExp(process.env.ONNX_CASES ?? '');

/** The executor answers first; then a plan is recorded, proven and used. */
const ROUNDS = 3;

type Outcome =
  | { readonly kind: 'passed' }
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'threw'; readonly why: string }
  | { readonly kind: 'wrong'; readonly why: string };

function cases(): string[] {
  if (!existsSync(CASES)) {
    process.emitWarning(`SKIPPED: the conformance of ONNX operators; there is no ${CASES}`);
    return [];
  }
  return GROUPS.flatMap((group) =>
    readdirSync(path.join(CASES, group))
      .filter(
        (name) =>
          existsSync(path.join(CASES, group, name, 'model.onnx')) && ONLY.test(name) && !isMisstated(name),
      )
      .map((name) => `${group}/${name}`),
  );
}

let edge: Edge;
const outcomes = new Map<string, Outcome>();
beforeAll(async () => {
  edge = await startEdge({ isolates: 1 });
});
afterAll(async () => {
  await edge?.stop();
  const counts = { passed: 0, wrong: 0, refused: 0, threw: 0 };
  for (const [name, outcome] of outcomes) {
    counts[outcome.kind]++;
    if (outcome.kind !== 'passed') console.log(`${outcome.kind} ${name}: ${outcome.why}`);
  }
  console.log(Object.entries(counts).flat().join(' '));
  if (process.env.ONNX_RESULTS === 'write' && ONLY.source === '(?:)') await writeResults();
});

describe.skipIf(cases().length === 0)("ONNX's values of an operator, or a refusal with a reason", () => {
  test.each(cases())('%s', async (name) => {
    const outcome = await judge(name);
    outcomes.set(name, outcome);
    const refusal = refusalOf(name);
    if (refusal === undefined) expect(outcome).toEqual({ kind: 'passed' });
    else expect(outcome).toMatchObject({ kind: 'refused' });
  });
});

/** Stores for docs/operations.md how many cases of each operator pass. */
async function writeResults(): Promise<void> {
  const results: Record<string, { passed: number; cases: number }> = {};
  for (const [name, { kind }] of outcomes) {
    for (const operator of await operatorsOf(path.join(CASES, name, 'model.onnx'))) {
      const counted = results[operator] ?? { passed: 0, cases: 0 };
      counted.cases++;
      if (kind === 'passed') counted.passed++;
      results[operator] = counted;
    }
  }
  const sorted = Object.fromEntries(Object.entries(results).sort(([one], [other]) => (one < other ? -1 : 1)));
  await writeFile(CONFORMANCE_RESULTS, `${JSON.stringify(sorted, null, 2)}\n`);
}

const NamesSchema = v.array(v.object({ name: v.string() }));
const MetadataSchema = v.object({ inputs: NamesSchema, outputs: NamesSchema });

async function judge(name: string): Promise<Outcome> {
  const model = name.toLowerCase().replaceAll(/[^a-z0-9_.-]/g, '_');
  const directory = path.join(CASES, name);
  try {
    await publishModel(edge.store, path.join(directory, 'model.onnx'), model, '1');
  } catch (error) {
    return { kind: 'refused', why: error instanceof Error ? error.message : String(error) };
  }
  const metadata = await fetch(new URL(`/v2/models/${model}`, edge.isolates[0]));
  const document = v.parse(MetadataSchema, await metadata.json());
  for (const set of readdirSync(directory).filter((each) => each.startsWith('test_data_set_'))) {
    const files = readdirSync(path.join(directory, set));
    const tensors = async (side: string): Promise<(RawTensor & { name: string })[]> =>
      Promise.all(
        files
          .filter((file) => file.startsWith(side))
          .sort((one, other) => Number(/\d+/.exec(one)?.[0]) - Number(/\d+/.exec(other)?.[0]))
          .map((file) => readStored(path.join(directory, set, file))),
      );
    const [given, wanted] = [await tensors('input_'), await tensors('output_')];
    const inputs = named(given, document.inputs);
    for (let round = 0; round < ROUNDS; round++) {
      const inferred = await infer(edge.isolates[0], model, inputs);
      if (inferred.kind === 'refused')
        return { kind: 'threw', why: `${inferred.status} ${inferred.message}` };
      for (const [output, tensor] of Object.entries(named(wanted, document.outputs))) {
        const answer = inferred.outputs[output];
        if (answer === undefined || !isSame(answer, tensor)) {
          return { kind: 'wrong', why: `round ${round} ${output}: ${shown(answer)} for ${shown(tensor)}` };
        }
      }
    }
  }
  return { kind: 'passed' };
}

/** The tensors by their names; those without one are in the order of the signature. */
function named(
  tensors: readonly (RawTensor & { name: string })[],
  order: readonly { name: string }[],
): Record<string, RawTensor> {
  const known = new Set(order.map(({ name }) => name));
  return Object.fromEntries(
    tensors.flatMap(({ name, ...tensor }, index): [string, RawTensor][] => {
      const own = known.has(name) ? name : order[index]?.name;
      return own === undefined ? [] : [[own, tensor]];
    }),
  );
}

const shown = (tensor: RawTensor | undefined): string =>
  tensor === undefined
    ? 'nothing'
    : `[${tensor.shape}] ${tensor.datatype} ${tensor.data.slice(0, 12).join(' ')}`;
