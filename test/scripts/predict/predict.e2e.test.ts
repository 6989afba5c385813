import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PACKAGE_ROOT } from '../../../scripts/files/package_root.ts';
import { runScript, type ScriptResult } from '../../fixtures/commands/run_script.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';
import { type Edge, startEdge } from '../../fixtures/edge/edge.ts';

const folder = await temporaryFolder();
const state = join(folder, 'state');
let edge: Edge;
let url: string;

beforeAll(async () => {
  for (const [model, version] of [
    ['half_plus_two', '1.0.0'],
    ['iris', '1.0.0'],
    ['digits', '1.0.0'],
  ] as const) {
    const published = await runScript('publish', [
      join(PACKAGE_ROOT, 'models', model, version),
      ...['--model', model, '--persist-to', state, '--skip-rehearsal', '--label', 'stable'],
    ]);
    expect(published.code).toBe(0);
  }
  edge = await startEdge({ isolates: 1, state });
  url = edge.isolates[0]?.origin ?? '';
});
afterAll(() => edge.stop());

const predict = (...words: readonly string[]) => runScript('predict', [...words, '--url', url]);

/** The same with a text on standard input. */
async function predictFrom(input: string, ...words: readonly string[]): Promise<ScriptResult> {
  const child = spawn(process.execPath, ['bin/edge-serving.js', 'predict', ...words, '--url', url], {
    cwd: PACKAGE_ROOT,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.end(input);
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code, stdout, stderr };
}

describe('predict', () => {
  // half_plus_two computes x / 2 + 2.
  const values = ['instance  output  value', '1         y       2.5', '2         y       4.5', ''];

  test.for([
    ['a list on standard input', '[1, 5]', ['half_plus_two']],
    ['a request in row format', '{"instances": [1, 5]}', ['half_plus_two', '1.0.0']],
    ['a request in columnar format', '{"inputs": {"x": [1, 5]}}', ['half_plus_two', '--label', 'stable']],
  ] as const)('prints the values for %s', async ([, input, words]) => {
    expect(await predictFrom(input, ...words)).toEqual({
      code: 0,
      stderr: '',
      stdout: [`half_plus_two 1.0.0 at ${url}:`, ...values].join('\n'),
    });
  });

  test('prints the best classes of a model that names them', async () => {
    await writeFile(join(folder, 'flower.json'), '{"instances": [[5.1, 3.5, 1.4, 0.2]]}');
    const { code, stdout } = await predict('iris', '--input', join(folder, 'flower.json'));
    expect(code).toBe(0);
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.trim().split(/ {2,}/));
    expect(rows.slice(1, 3)).toEqual([
      ['instance', 'output', 'class', 'score'],
      // The flower is the first line of the data set, an Iris setosa.
      ['1', 'probabilities', 'setosa', expect.stringMatching(/^0\.9/)],
    ]);
    expect(rows.slice(3).map(([name]) => name)).toEqual(['versicolor', 'virginica']);
  });

  test('sends an image', async () => {
    const { code, stdout } = await predict('digits', '--image', 'models/digits/seven.png');
    expect(code).toBe(0);
    expect(stdout.split('\n')[2]).toMatch(/^1 +probabilities +7 /);
  });

  test('prints the answer as JSON', async () => {
    const { stdout } = await predictFrom('[1, 5]', 'half_plus_two', '--json');
    expect(JSON.parse(stdout)).toEqual({
      model: 'half_plus_two',
      version: '1.0.0',
      generation: 1,
      predictions: [2.5, 4.5],
    });
  });

  test.for([
    [['nothing', '--text', 'a'], /^nothing at http:\S+ answered 404: .*nothing.*\n$/],
    [['iris', '--text', 'a'], /^iris at http:\S+ answered 400: .*float.*\n$/],
    [['digits', '--image', 'package.json'], /^package\.json is not a JPEG, PNG, GIF, BMP or WebP image\n$/],
    [['digits', '--image', 'no.png'], /^no\.png cannot be read: it does not exist\n$/],
    [['iris', '--input', 'README.md'], /^README\.md is not JSON: .*\n$/],
  ] as const)('%j fails in one line that says what failed', async ([words, line]) => {
    const failed = await predict(...words);
    expect(failed).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(line) });
  });

  test('says that no server answers', async () => {
    const failed = await runScript('predict', ['iris', '--text', 'a', '--url', 'http://127.0.0.1:9']);
    expect(failed).toMatchObject({ code: 1, stdout: '' });
    expect(failed.stderr).toMatch(/^the server http:\/\/127\.0\.0\.1:9 cannot be reached: .*\n$/);
  });

  test('takes one input', async () => {
    expect(await predict('iris', '--text', 'a', '--image', 'b.png')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('cannot be used with'),
    });
  });
});
