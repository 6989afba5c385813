import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { readTfjsDirectory } from '../../../import/tfjs/tfjs_directory.ts';
import { ModelContentSchema } from '../../../worker/model/content.ts';

const SAMPLES = fileURLToPath(new URL('../../../models', import.meta.url));
/** Real models by other authors, which may be in a folder beside the repository. */
const OTHERS = fileURLToPath(new URL('../../../../shared/models', import.meta.url));

const TopologySchema = v.object({ modelTopology: v.looseObject({}) });
/** The inputs and outputs of tfjs itself. */
const OracleSchema = v.object({
  inputs: v.record(v.string(), v.object({ shape: v.array(v.number()), dtype: v.string() })),
  outputs: v.record(v.string(), v.object({ shape: v.array(v.number()), dtype: v.string() })),
});

function findModels(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json') && !basename(name).startsWith('ORACLE'))
    .map((name) => join(folder, name))
    .filter((path) => isTopology(path))
    .sort();
}

function isTopology(path: string): boolean {
  try {
    return v.is(TopologySchema, JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return false;
  }
}

const sameRank = (shape: readonly number[] | null, actual: readonly number[]): boolean =>
  shape === null ||
  (shape.length === actual.length && shape.every((size, i) => size === -1 || size === actual[i]));

describe('the sample models', () => {
  test.for(findModels(SAMPLES).map((path) => relative(SAMPLES, path)))('%s', async (name) => {
    const read = await readTfjsDirectory(dirname(join(SAMPLES, name)));
    if (read.kind !== 'read') throw new Error(read.message);
    expect(read.content.golden.length).toBeGreaterThan(0);
    expect(read.content.warmup).toHaveLength(1);
    expect(v.parse(ModelContentSchema, JSON.parse(JSON.stringify(read.content)))).toEqual(read.content);
  });
});

if (!existsSync(OTHERS))
  process.emitWarning(`SKIPPED: importing the models of others; there is no ${OTHERS}`);

describe.skipIf(!existsSync(OTHERS))('the models of others', () => {
  const paths = existsSync(OTHERS) ? findModels(OTHERS) : [];

  test('are all there', () => {
    expect(paths.length).toBeGreaterThanOrEqual(21);
  });

  test.for(paths.map((path) => relative(OTHERS, path)))('%s', async (name) => {
    const path = join(OTHERS, name);
    const read = await readTfjsDirectory(path);
    if (read.kind !== 'read') throw new Error(read.message);
    expect(v.parse(ModelContentSchema, JSON.parse(JSON.stringify(read.content)))).toEqual(read.content);
    const { inputs = {}, outputs = {} } = read.content.signatures.serving_default ?? {};
    const oracleFile = join(dirname(path), `ORACLE_tfjs_${basename(path)}`);
    const oracle = v.parse(OracleSchema, JSON.parse(readFileSync(oracleFile, 'utf8')));
    // tfjs may have numbered the names differently after other models. The order is the same.
    const pairs = [
      ...Object.values(oracle.inputs).map((actual, index) => [actual, Object.values(inputs)[index]] as const),
      ...Object.entries(oracle.outputs).map(
        ([tensor, actual], index) =>
          [
            actual,
            Object.values(outputs).find((info) => info.name === tensor || info.name === `${tensor}:0`) ??
              Object.values(outputs)[index],
          ] as const,
      ),
    ];
    expect(Object.keys(inputs)).toHaveLength(Object.keys(oracle.inputs).length);
    expect(Object.keys(outputs)).toHaveLength(Object.keys(oracle.outputs).length);
    for (const [actual, info] of pairs) {
      expect(info?.dtype).toBe(actual.dtype);
      expect(sameRank(info?.shape ?? null, actual.shape)).toBe(true);
    }
  });
});
