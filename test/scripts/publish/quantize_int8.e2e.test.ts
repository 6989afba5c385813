import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openGraph } from '../../../import/accuracy/computation.ts';
import { writeGraphModel } from '../../../import/tfjs/writer/write_graph_model.ts';
import { runScript } from '../../fixtures/commands/run_script.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';
import { type Edge, startEdge } from '../../fixtures/edge/edge.ts';
import { ImageNetwork, image } from '../../import/quantize/image_network.ts';

const folder = await temporaryFolder();
const state = join(folder, 'state');
const CLASSES = 10;

/** A network with a residual, whose scores differ from image to image. */
function network() {
  const n = new ImageNetwork();
  const first = n.convolve(n.x, 16, 'Relu6');
  const second = n.convolve(n.depthwise(first, 16), 16, '', 16);
  const sum = n.builder.node('AddV2', [first, second]);
  return n.graph(n.classify(n.pool('MaxPool', n.convolve(sum, 32, 'Relu', 16)), 32, CLASSES));
}

const graph = network();

/** The probabilities of the float graph, as golden examples have them. */
async function goldenExamples(count: number) {
  const computation = await openGraph(graph);
  const signature = graph.signatures.serving_default;
  if (signature === undefined) throw new Error('no signature');
  const examples: { inputs: object; outputs: { y0: number[][] } }[] = [];
  for (let seed = 0; seed < count; seed++) {
    const { inputs } = image(seed);
    await computation.read(
      signature,
      inputs,
      [signature.outputs.y0?.name.replace(':0', '') ?? ''],
      (_, { values }) => {
        examples.push({ inputs, outputs: { y0: [Array.from(values)] } });
      },
    );
  }
  return examples;
}

const directory = async (name: string, examples?: unknown): Promise<string> => {
  const path = join(folder, name);
  await mkdir(path);
  await writeGraphModel(graph, path);
  if (examples !== undefined) await writeFile(join(path, 'golden.json'), JSON.stringify({ examples }));
  return path;
};

const publish = (path: string, model: string, ...words: readonly string[]) =>
  runScript('publish', [path, '--model', model, '--persist-to', state, '--quantize', 'int8', ...words]);

let golden: Awaited<ReturnType<typeof goldenExamples>>;
let withGolden: string;
let without: string;
beforeAll(async () => {
  golden = await goldenExamples(4);
  withGolden = await directory('with_golden', golden);
  without = await directory('without');
});

describe('publish --quantize int8', () => {
  let edge: Edge | undefined;
  afterAll(() => edge?.stop());

  test('computes a network in bytes, says what it costs, and measures it beside the floats', async () => {
    const published = await publish(withGolden, 'network', '--json');
    expect(published).toMatchObject({ code: 0 });
    const report = JSON.parse(published.stdout);
    expect(report.integers).toMatchObject({ examples: 4, inFloats: [], inBytes: expect.any(Array) });
    expect(report.integers.inBytes).toHaveLength(4);
    expect(report.accuracy).toEqual([
      expect.objectContaining({ output: 'y0', changedClasses: { changed: 0, of: 4 } }),
    ]);
    expect(report.rehearsal).toMatchObject({
      plan: { kind: 'planned' },
      golden: { examples: 4 },
      unquantized: {
        kind: 'rehearsed',
        plan: { kind: 'planned' },
        figures: { medianMs: expect.any(Number) },
      },
    });

    edge = await startEdge({ isolates: 1, state });
    // The executor answers first; then a plan is recorded, proven and used.
    for (const { inputs, outputs } of [...golden, ...golden]) {
      const response = await fetch(new URL('/v1/models/network:predict', edge.isolates[0]), {
        method: 'POST',
        body: JSON.stringify({ inputs }),
      });
      const answer: { outputs: number[][] } = JSON.parse(await response.text());
      const [expected = [], found = []] = [outputs.y0[0], answer.outputs[0]];
      expect(found).toHaveLength(CLASSES);
      for (const [index, value] of expected.entries())
        expect(Math.abs((found[index] ?? Number.NaN) - value)).toBeLessThan(0.05);
    }
  });

  test('tells people what is in bytes and what it costs', async () => {
    const { code, stdout } = await publish(withGolden, 'told', '--dry-run', '--skip-rehearsal');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /Computed in bytes: 4 convolutions and 0 products; in floats: 0 convolutions, and 0 products with weights/,
    );
    expect(stdout).toMatch(
      /What int8 costs in accuracy, on 4 examples:\n {2}serving_default y0: off by at most/,
    );
  });

  test('takes requests from files in the place of golden examples', async () => {
    const file = join(folder, 'request.json');
    await writeFile(file, JSON.stringify({ inputs: image(1).inputs }));
    const rows = join(folder, 'rows.json');
    await writeFile(rows, JSON.stringify({ instances: Object.values(image(2).inputs)[0] }));
    const words = ['--calibrate', file, '--calibrate', rows, '--skip-rehearsal', '--json'];
    const { code, stdout } = await publish(without, 'calibrated', ...words);
    expect(code).toBe(0);
    expect(JSON.parse(stdout).integers.examples).toBe(2);
  });

  test('takes a folder of requests, without its hidden files', async () => {
    const requests = join(folder, 'requests');
    await mkdir(requests);
    for (const seed of [1, 2, 3])
      await writeFile(join(requests, `${seed}.json`), JSON.stringify({ inputs: image(seed).inputs }));
    await writeFile(join(requests, '.hidden'), '');
    const words = ['--calibrate', requests, '--skip-rehearsal', '--json'];
    const { code, stdout } = await publish(without, 'calibrated_by_folder', ...words);
    expect(code).toBe(0);
    expect(JSON.parse(stdout).integers.examples).toBe(3);
  });

  test('refuses a model without examples, and names the ways out', async () => {
    const { code, stderr } = await publish(without, 'refused', '--skip-rehearsal');
    expect(code).toBe(1);
    expect(stderr).toMatch(/int8 needs examples.* it has no golden\.json; .*--calibrate PATH.*record/);
    expect(await published()).not.toContain('refused');
  });

  test('refuses a request of another shape, also beside others, and names its file', async () => {
    const file = join(folder, 'narrow.json');
    await writeFile(file, '{"inputs": {"x": [[1, 2]]}}');
    const { code, stderr } = await publish(withGolden, 'refused', '--calibrate', file, '--skip-rehearsal');
    expect(code).toBe(1);
    expect(stderr).toMatch(/narrow\.json: input "x" has shape \[1,2\] and not/);
  });

  test('compares a model without convolutions on the requests, and refuses a file that does not exist', async () => {
    const products = join(folder, 'products');
    const g = new ImageNetwork();
    await mkdir(products);
    await writeGraphModel(g.graph(g.classify(g.x, 8, 400)), products);
    const request = join(folder, 'products.json');
    await writeFile(request, JSON.stringify({ inputs: image(1).inputs }));
    const words = ['--skip-rehearsal', '--dry-run', '--json'];
    const taken = await publish(products, 'products', '--calibrate', request, '--max-loss', '1', ...words);
    expect(taken).toMatchObject({ code: 0 });
    expect(JSON.parse(taken.stdout)).toMatchObject({
      integers: { examples: 1 },
      accuracy: [{ output: 'y0' }],
    });
    const lost = await publish(products, 'products', '--calibrate', `${request}x`, ...words);
    expect(lost).toMatchObject({ code: 1, stdout: expect.stringContaining('products.jsonx is not a file') });
    const unmeasured = await publish(products, 'products', '--max-loss', '1', ...words);
    expect(unmeasured).toMatchObject({ code: 1, stdout: expect.stringContaining('--calibrate PATH') });
  });

  test('refuses a file that is no request', async () => {
    const file = join(folder, 'wrong.json');
    await writeFile(file, '{"inputs": {"z": 1}}');
    const { code, stderr } = await publish(without, 'refused', '--calibrate', file, '--skip-rehearsal');
    expect(code).toBe(1);
    expect(stderr).toMatch(/wrong\.json: it does not name the inputs x/);
  });

  test('refuses more than the permitted loss before anything is written', async () => {
    const { code, stderr } = await publish(
      withGolden,
      'refused',
      '--max-loss',
      '0.00001',
      '--skip-rehearsal',
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /int8 costs 0\.\d+, more than --max-loss 0\.00001 permits: serving_default y0: off by at most/,
    );
    expect(await published()).not.toContain('refused');
    const permitted = await publish(withGolden, 'permitted', '--max-loss', '0.5', '--skip-rehearsal');
    expect(permitted.code).toBe(0);
  });

  test('permits the very loss that it reports, as its number is written in JSON', async () => {
    const words = ['--dry-run', '--skip-rehearsal', '--json'];
    const report = JSON.parse((await publish(withGolden, 'limit', ...words)).stdout);
    const [{ largestRelative, changedClasses }] = report.accuracy;
    const loss = Math.max(largestRelative, changedClasses.changed / changedClasses.of);
    expect(await publish(withGolden, 'limit', '--max-loss', `${loss}`, ...words)).toMatchObject({ code: 0 });
    const less = await publish(withGolden, 'limit', '--max-loss', (loss * 0.999).toExponential(), ...words);
    expect(less).toMatchObject({ code: 1, stdout: expect.stringContaining('more than --max-loss') });
  });

  test.each([
    [
      '--calibrate without int8',
      ['--quantize', 'uint8', '--calibrate', 'x.json'],
      /only --quantize int8 is calibrated/,
    ],
    ['--max-loss without --quantize', ['--max-loss', '0.1'], /--max-loss limits what --quantize costs/],
    ['a loss above 1', ['--quantize', 'int8', '--max-loss', '2'], /A fraction is a number from 0 to 1/],
  ])('does not take %s', async (_, words, reason) => {
    const { code, stderr } = await runScript('publish', [
      without,
      '--model',
      'm',
      '--persist-to',
      state,
      ...words,
    ]);
    expect(code).toBe(2);
    expect(stderr).toMatch(reason);
  });
});

/** The models of the registry. */
async function published(): Promise<string> {
  return (await runScript('status', ['--persist-to', state, '--json'])).stdout;
}

test('convert --quantize int8 writes a model that simplifying does not change', async () => {
  const output = join(folder, 'converted');
  const { code, stdout } = await runScript('convert', [withGolden, output, '--quantize', 'int8', '--json']);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ integers: { examples: 4 }, accuracy: [{ output: 'y0' }] });
  expect((await readdir(output)).sort()).toEqual(['golden.json', 'group1-shard1of1.bin', 'model.json']);
  const again = join(folder, 'again');
  expect(await runScript('convert', [output, again])).toMatchObject({ code: 0 });
  const twice = await runScript('convert', [output, join(folder, 'twice'), '--quantize', 'int8']);
  expect(twice).toMatchObject({ code: 1, stderr: expect.stringMatching(/is quantized already/) });
});
