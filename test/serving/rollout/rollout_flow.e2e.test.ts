import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { routingFraction } from '../../../worker/serving/rollout/routing_fraction.ts';
import { runScript } from '../../fixtures/commands/run_script.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';
import { ask, loadsOf, readMetrics, untilLoaded } from '../../fixtures/edge/client.ts';
import { type Edge, startEdge } from '../../fixtures/edge/edge.ts';
import { SAMPLES } from '../../fixtures/models/publish_directory.ts';

const MODEL = 'half_plus_two';
const KEYS = Array.from({ length: 120 }, (_, index) => `client-${index}`);

const folder = await temporaryFolder();
const state = join(folder, 'state');

/** Runs a command as npm would, with the state that the isolates serve. */
async function run(command: string, ...parameters: string[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await runScript(command, [...parameters, '--persist-to', state, '--json']);
  if (code !== 0) throw new Error(`${command} ended with ${code}: ${stdout}${stderr}`);
  return JSON.parse(stdout);
}

describe('a version on its way, over the real scripts and four isolates', () => {
  let edge: Edge;
  beforeAll(async () => {
    await run('publish', `${SAMPLES}/half_plus_two/1.0.0`, '--model', MODEL);
    edge = await startEdge({ isolates: 4, state });
  });
  afterAll(() => edge.stop());

  const predict = (isolate: URL | undefined, key?: string, selector = '') =>
    ask(
      isolate,
      `/v1/models/${MODEL}${selector}:predict`,
      { instances: [2] },
      { headers: key === undefined ? {} : { 'x-routing-key': key } },
    );

  /** The version that answers each key. Expects that every answer is right for its version. */
  async function versionsByKey(): Promise<Map<string, string | null>> {
    const versions = new Map<string, string | null>();
    for (const [index, key] of KEYS.entries()) {
      const { status, version, body, fallback } = await predict(edge.isolates[index % 4], key);
      expect([status, fallback]).toEqual([200, null]);
      expect(body).toEqual({ predictions: [version === '1.0.0' ? 3 : 4] });
      versions.set(key, version);
    }
    return versions;
  }

  const expectedAt = (percent: number) =>
    new Map(KEYS.map((key) => [key, routingFraction(MODEL, key) * 100 < percent ? '1.1.0' : '1.0.0']));

  const loads = () => Promise.all(edge.isolates.map((isolate) => loadsOf(isolate)));

  test('is staged, gets 10 %, gets 50 %, is promoted and rolled back', { timeout: 400_000 }, async () => {
    for (const isolate of edge.isolates) expect(await predict(isolate)).toMatchObject({ version: '1.0.0' });

    const staged = await run('publish', `${SAMPLES}/half_plus_two/1.1.0`, '--model', MODEL, '--stage');
    expect(staged).toMatchObject({ current: '1.0.0', generation: 2, change: { action: 'stage' } });
    for (const isolate of edge.isolates) {
      expect(await predict(isolate)).toMatchObject({ version: '1.0.0', generation: 2 });
      await untilLoaded(isolate, 2);
    }
    expect(await loads()).toEqual(edge.isolates.map(() => 2));
    // It has had no requests. Its warmup has recorded and proven a plan.
    for (const isolate of edge.isolates) {
      const planned = (await readMetrics(isolate)).get(
        `edge_serving_planned_shapes{model="${MODEL}",version="1.1.0"}`,
      );
      expect(planned).toBe(1);
    }

    await run('canary', MODEL, '--version', '1.1.0', '--percent', '10');
    const atTen = await versionsByKey();
    expect(atTen).toEqual(expectedAt(10));
    await run('canary', MODEL, '--version', '1.1.0', '--percent', '50');
    expect(await versionsByKey()).toEqual(expectedAt(50));
    // A client keeps its version in every isolate, and gets a version that it names.
    for (const isolate of edge.isolates) {
      const [key = ''] = [...atTen].find(([, version]) => version === '1.1.0') ?? [];
      expect(await predict(isolate, key)).toMatchObject({ version: '1.1.0' });
      expect(await predict(isolate, key, '/versions/1.0.0')).toMatchObject({ version: '1.0.0' });
    }
    const status = await runScript('status', [MODEL, '--persist-to', state]);
    expect(status.stdout).toMatch(/1\.1\.0 +staged \d+ s ago, canary at 50 %/);

    const promoted = await run('promote', MODEL, '--reason', 'the canary lives');
    expect(promoted).toMatchObject({ current: '1.1.0', next: null, canary: null });
    expect(new Set((await versionsByKey()).values())).toEqual(new Set(['1.1.0']));

    const rolledBack = await run('rollback', MODEL);
    expect(rolledBack).toMatchObject({ current: '1.0.0', generation: 6 });
    expect(new Set((await versionsByKey()).values())).toEqual(new Set(['1.0.0']));

    // Each isolate has loaded each version once, before any flip.
    expect(await loads()).toEqual(edge.isolates.map(() => 2));
    const history = [
      { action: 'rollback', from: '1.1.0', to: '1.0.0' },
      { action: 'promote', to: '1.1.0', reason: 'the canary lives', ended: { canary: '1.1.0' } },
      { action: 'canary', percent: 50 },
      { action: 'canary', percent: 10 },
      { action: 'stage' },
      { action: 'publish' },
    ];
    expect(await run('status', MODEL)).toMatchObject({ models: [{ pointer: { history } }] });
  });

  test('a label moves in one command, and goes', { timeout: 400_000 }, async () => {
    const [isolate] = edge.isolates;
    const byLabel = () => predict(isolate, undefined, '/labels/beta');
    expect(await byLabel()).toMatchObject({ status: 400 });
    for (const version of ['1.1.0', '1.0.0']) {
      await run('label', MODEL, '--label', 'beta', '--version', version);
      expect(await byLabel()).toMatchObject({ status: 200, version });
    }
    await run('label', MODEL, '--label', 'beta', '--remove');
    expect(await byLabel()).toMatchObject({ status: 400 });
    const refused = await runScript('label', [
      MODEL,
      '--label',
      'beta',
      '--version',
      '9',
      '--persist-to',
      state,
    ]);
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`${MODEL} 9 is not published`),
    });
  });
});
