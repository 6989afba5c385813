import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DevServer, startDevServer } from '../docs/dev_server.ts';
import { copyProject, type ProjectCopy } from '../docs/project_copy.ts';
import { type ManagementWorker, startManagement, tokenEntry } from '../fixtures/edge/management_worker.ts';
import { publishDirectory, SAMPLES } from '../fixtures/models/publish_directory.ts';
import { type JobResult, runJob } from './run_job.ts';
import { readWorkflow } from './workflow.ts';

/** A rehearsal, a publish and some npm starts, on a busy machine. */
const RUN_MS = 600_000;
const MODEL = 'half_plus_two';

const DescriptionSchema = v.object({
  pointer: v.object({
    current: v.string(),
    history: v.array(
      v.object({ action: v.string(), to: v.string(), by: v.string(), reason: v.optional(v.string()) }),
    ),
  }),
});

async function describeModel(url: string | URL, token: string) {
  const response = await fetch(new URL(`/api/v1/models/${MODEL}`, url), {
    headers: { authorization: `Bearer ${token}` },
  });
  return v.parse(DescriptionSchema, await response.json()).pointer;
}

const outcomes = ({ steps }: JobResult) => steps.map(({ name, outcome }) => `${name}: ${outcome}`);
const logOf = ({ steps }: JobResult) => steps.map(({ log }) => log).join('\n');

let project: ProjectCopy;
beforeAll(async () => {
  project = await copyProject();
}, RUN_MS);
afterAll(() => project.remove());

describe('publish-model, with the addresses and the token of dev', () => {
  let dev: DevServer;
  beforeAll(async () => {
    dev = await startDevServer(project);
  }, RUN_MS);
  afterAll(() => dev.stop());

  const run = (predictPort: number) =>
    runJob(
      readWorkflow('publish-model'),
      'publish',
      project,
      new Map([
        ['secrets.EDGE_SERVING_TOKEN', dev.token],
        ['vars.MANAGEMENT_URL', `http://localhost:${dev.managementPort}`],
        ['vars.PREDICT_URL', `http://localhost:${predictPort}`],
      ]),
    );
  const pointer = () => describeModel(`http://localhost:${dev.managementPort}`, dev.token);

  test('flips back where the server does not answer with the version', { timeout: RUN_MS }, async () => {
    // No server for predictions: a management Worker does not predict.
    const result = await run(dev.managementPort);
    expect(outcomes(result), logOf(result)).toEqual([
      'Publish: success',
      'Read the result: success',
      'Ask the server: failure',
      'Flip back: success',
    ]);
    expect(await pointer()).toMatchObject({
      current: '1.0.0',
      history: [
        { action: 'rollback', to: '1.0.0', reason: 'the server did not answer with commit 0123abcd' },
        { action: 'publish', to: '1.1.0', by: 'octocat via dev', reason: 'commit 0123abcd' },
        {},
      ],
    });
    expect(logOf(result)).not.toContain(dev.token);
  });

  test('publishes, and the server answers with the version', { timeout: RUN_MS }, async () => {
    const workflow = readWorkflow('publish-model');
    const result = await runJob(
      {
        ...workflow,
        env: { ...workflow.env, MODEL_FILES: 'models/iris/1.0.0', MODEL: 'another', REQUEST: '[[1,2,3,4]]' },
      },
      'publish',
      project,
      new Map([
        ['secrets.EDGE_SERVING_TOKEN', dev.token],
        ['vars.MANAGEMENT_URL', `http://localhost:${dev.managementPort}`],
        ['vars.PREDICT_URL', `http://localhost:${dev.port}`],
      ]),
    );
    expect(outcomes(result), logOf(result)).toEqual([
      'Publish: success',
      'Read the result: success',
      'Ask the server: success',
      'Flip back: skipped',
    ]);
  });

  test('fails with the reason in the log if the token is wrong', { timeout: RUN_MS }, async () => {
    const result = await runJob(
      readWorkflow('publish-model'),
      'publish',
      project,
      new Map([
        ['secrets.EDGE_SERVING_TOKEN', 'w'.repeat(43)],
        ['vars.MANAGEMENT_URL', `http://localhost:${dev.managementPort}`],
      ]),
    );
    expect(outcomes(result)).toEqual([
      'Publish: failure',
      'Read the result: skipped',
      'Ask the server: skipped',
      'Flip back: skipped',
    ]);
    expect(logOf(result)).toContain('This token is not valid');
    expect(logOf(result)).not.toContain('w'.repeat(43));
  });
});

describe('release-model, with a token for each job', () => {
  const TOKENS = { publisher: 'p'.repeat(43), releaser: 'r'.repeat(43) };
  let management: ManagementWorker;
  beforeAll(async () => {
    management = await startManagement({
      MANAGEMENT_TOKENS: [
        tokenEntry('publisher', 'publish', TOKENS.publisher),
        tokenEntry('releaser', 'flip', TOKENS.releaser),
      ].join(','),
    });
    await publishDirectory(management.store, `${SAMPLES}/${MODEL}/1.0.0`, MODEL, '1.0.0');
  }, RUN_MS);
  afterAll(() => management.stop());

  const run = (job: string, token: string, more: ReadonlyMap<string, string> = new Map()) =>
    runJob(
      readWorkflow('release-model'),
      job,
      project,
      new Map([['secrets.EDGE_SERVING_TOKEN', token], ['vars.MANAGEMENT_URL', management.url.href], ...more]),
    );
  const current = async () => (await describeModel(management.url, TOKENS.releaser)).current;

  test('publishes without a flip, and flips once it is approved', { timeout: RUN_MS }, async () => {
    const rehearsed = await run('rehearse', TOKENS.publisher);
    expect(outcomes(rehearsed), logOf(rehearsed)).toEqual([
      'Rehearse and publish: success',
      'Read the result: success',
      'Summarize: success',
    ]);
    expect(rehearsed.summary).toContain('"version": "1.1.0"');
    expect(await current()).toBe('1.0.0');

    const released = await run('release', TOKENS.releaser, rehearsed.outputs);
    expect(outcomes(released), logOf(released)).toEqual([
      'Promote: success',
      'Read the result: success',
      'Ask the server: skipped',
      'Flip back: skipped',
    ]);
    expect(await current()).toBe('1.1.0');
  });

  test('cannot flip with the token of the first job', { timeout: RUN_MS }, async () => {
    const released = await run(
      'release',
      TOKENS.publisher,
      new Map([['needs.rehearse.outputs.version', '1.0.0']]),
    );
    expect(released.steps[0]).toMatchObject({
      outcome: 'failure',
      log: expect.stringContaining('The token publisher has no scope'),
    });
    expect(await current()).toBe('1.1.0');
  });
});
