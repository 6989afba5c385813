import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import type { Graph } from '../../../import/graph/graph.ts';
import { WeightError } from '../../../import/graph/weight_error.ts';
import type { Imported } from '../../../import/import_result.ts';
import { readGraphDef } from '../../../import/saved_model/graph_def/read_graph_def.ts';
import { readSavedModel } from '../../../import/saved_model/read_saved_model.ts';
import {
  encode,
  FLOAT,
  floats,
  graphMessage,
  type Node,
  node,
  strings,
  type,
} from '../../fixtures/saved_model/messages.ts';
import { FUNCTIONS, PARTITIONED, SWITCHES, variableModel } from '../../fixtures/saved_model/models.ts';
import { EXAMPLES, TABLES } from '../../fixtures/saved_model/string_models.ts';
import { float32 } from '../../fixtures/saved_model/write_bundle.ts';
import {
  type SavedModelDefinition,
  savedModelMessage,
  writeSavedModel,
} from '../../fixtures/saved_model/write_saved_model.ts';

const directories: string[] = [];
afterAll(() => Promise.all(directories.map((directory) => rm(directory, { recursive: true }))));

async function temporary(directory: Promise<string>): Promise<string> {
  directories.push(await directory);
  return directory;
}

/** A damage to the bytes of a file. */
const mutation = fc.oneof(
  fc.record({ kind: fc.constant('set' as const), at: fc.nat(), byte: fc.integer({ min: 0, max: 255 }) }),
  fc.record({ kind: fc.constant('truncate' as const), at: fc.nat() }),
  fc.record({ kind: fc.constant('insert' as const), at: fc.nat(), bytes: fc.uint8Array({ maxLength: 12 }) }),
  fc.record({ kind: fc.constant('repeat' as const), at: fc.nat(), length: fc.integer({ min: 1, max: 200 }) }),
);
type Mutation = typeof mutation extends fc.Arbitrary<infer T> ? T : never;

function mutate(bytes: Uint8Array, change: Mutation): Uint8Array {
  const at = change.at % (bytes.length + 1);
  switch (change.kind) {
    case 'set': {
      const changed = Uint8Array.from(bytes);
      if (at < changed.length) changed[at] = change.byte;
      return changed;
    }
    case 'truncate':
      return bytes.slice(0, at);
    case 'insert':
      return Buffer.concat([bytes.subarray(0, at), change.bytes, bytes.subarray(at)]);
    case 'repeat':
      return Buffer.concat([bytes.subarray(0, at + change.length), bytes.subarray(at)]);
  }
}

/** Expects a valid graph with readable weights, or a message. */
async function expectSound(result: Imported<{ readonly graph: Graph }>): Promise<void> {
  if (result.kind !== 'read') {
    expect(result.message).toMatch(/\.(pb|index)|file|link/);
    return;
  }
  const { nodes, weights } = result.value.graph;
  const names = new Set(nodes.map(({ name }) => name));
  for (const { input } of nodes) {
    for (const tensor of input) expect(names).toContain(tensor.replace(/:\d+$/, ''));
  }
  for (const weight of weights.values()) {
    try {
      expect((await weight.read()).length).toBe(weight.byteLength);
    } catch (error) {
      if (!(error instanceof WeightError)) throw error;
      expect(error.message).toMatch(/\.(pb|index)/);
    }
  }
}

const MODELS = { EXAMPLES, FUNCTIONS, PARTITIONED, SWITCHES, TABLES };

describe('files that were damaged', () => {
  test.for(Object.entries(MODELS))('%s', { timeout: 120_000 }, async ([, definition]) => {
    const directory = await temporary(writeSavedModel(definition));
    const names = (await readdir(directory, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name));
    const files = await Promise.all(names.map(async (name) => ({ name, bytes: await readFile(name) })));
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.array(mutation, { minLength: 1, maxLength: 4 }),
        async (choice, changes) => {
          const file = files[choice % files.length];
          if (file === undefined) return;
          await writeFile(file.name, changes.reduce<Uint8Array>(mutate, file.bytes));
          await expectSound(await readSavedModel(directory));
          await writeFile(file.name, file.bytes);
        },
      ),
      { numRuns: 100 },
    );
  });

  test('frozen graphs', async () => {
    const directory = await temporary(mkdtemp(path.join(tmpdir(), 'edge-serving-frozen-')));
    const file = path.join(directory, 'frozen.pb');
    const bytes = encode('GraphDef', graphMessage(SWITCHES));
    await fc.assert(
      fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 4 }), async (changes) => {
        await writeFile(file, changes.reduce<Uint8Array>(mutate, bytes));
        await expectSound(await readGraphDef(file));
      }),
      { numRuns: 100 },
    );
  });
});

/** A change after which a graph is still well-formed: another input, operation or node. */
const rewiring = fc.record({
  kind: fc.constantFrom('input', 'operation', 'drop', 'repeat'),
  at: fc.nat(),
  other: fc.nat(),
  input: fc.nat(3),
  suffix: fc.constantFrom('', ':0', ':1', ':7', '^'),
});

function rewire(
  nodes: readonly Node[],
  change: typeof rewiring extends fc.Arbitrary<infer T> ? T : never,
): Node[] {
  const at = change.at % nodes.length;
  const other = nodes[change.other % nodes.length];
  return nodes.flatMap((original, index) => {
    if (index !== at || other === undefined) return [original];
    switch (change.kind) {
      case 'input': {
        const input = [...original.input];
        input[Math.min(change.input, input.length)] =
          change.suffix === '^' ? `^${other.name}` : `${other.name}${change.suffix}`;
        return [{ ...original, input }];
      }
      case 'operation':
        return [{ ...original, op: other.op }];
      case 'drop':
        return nodes.length > 1 ? [] : [original];
      default:
        return [original, original];
    }
  });
}

test.for(Object.entries(MODELS))('rewired graphs: %s', { timeout: 120_000 }, async ([, definition]) => {
  const directory = await temporary(writeSavedModel(definition));
  const file = path.join(directory, 'saved_model.pb');
  let read = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(rewiring, { minLength: 1, maxLength: 3 }),
      fc.nat(definition.functions?.length ?? 0),
      async (changes, choice) => {
        const changed: SavedModelDefinition =
          choice === 0
            ? { ...definition, nodes: changes.reduce<readonly Node[]>(rewire, definition.nodes) }
            : {
                ...definition,
                functions: (definition.functions ?? []).map((source, index) =>
                  index === choice - 1
                    ? { ...source, nodes: changes.reduce<readonly Node[]>(rewire, source.nodes) }
                    : source,
                ),
              };
        await writeFile(file, encode('SavedModel', savedModelMessage(changed)));
        const result = await readSavedModel(directory);
        if (result.kind === 'read') read += 1;
        await expectSound(result);
      },
    ),
    { numRuns: 100 },
  );
  // Otherwise the test says nothing about damaged files that are read.
  expect(read).toBeGreaterThan(5);
});

const variable = variableModel({ key: 'k', dtype: FLOAT, shape: [2], bytes: float32(1, 2) });

test('a changed byte of a variable is found when it is read', async () => {
  const directory = await temporary(writeSavedModel(variable));
  const model = await readSavedModel(directory);
  if (model.kind !== 'read') throw new Error(model.message);
  const shard = path.join(directory, 'variables/variables.data-00000-of-00001');
  const bytes = await readFile(shard);
  bytes[0] = 1;
  await writeFile(shard, bytes);
  await expect(model.value.graph.weights.get('v')?.read()).rejects.toThrow(
    'variables/variables.data-00000-of-00001: the checksum of variables/variables.index: "k" is wrong',
  );
});

test('a changed byte of the index is found', async () => {
  const directory = await temporary(writeSavedModel(variable));
  const index = path.join(directory, 'variables/variables.index');
  const bytes = await readFile(index);
  bytes[5] = 255;
  await writeFile(index, bytes);
  expect(await readSavedModel(directory)).toMatchObject({
    kind: 'malformed',
    message: expect.stringMatching(/variables\.index: block 0: its checksum is wrong/),
  });
});

test('shards that are links out of the model are not read', async () => {
  const directory = await temporary(writeSavedModel(variable));
  const shard = path.join(directory, 'variables/variables.data-00000-of-00001');
  await rm(shard);
  await symlink('/etc/hostname', shard);
  expect(await readSavedModel(directory)).toMatchObject({
    kind: 'malformed',
    message: expect.stringContaining("link out of the model's directory"),
  });
});

const y = { serving_default: { inputs: {}, outputs: { y: { name: 'y:0', dtype: FLOAT, shape: [] } } } };

test.for([
  ['numbers', { ...floats('y', [2 ** 28], 1) }, /"y".*too large/],
  ['strings', { ...strings('y', [2 ** 27], 'x') }, /"y".*1 strings and its shape has/],
  ['elements', { ...floats('y', [2 ** 30, 2 ** 30], 1) }, /"y".*too large/],
] as const)('a shape that expands one element to too many %s is refused', async ([, constant, message]) => {
  const directory = await temporary(writeSavedModel({ nodes: [constant], signatures: y }));
  expect(await readSavedModel(directory)).toMatchObject({ message: expect.stringMatching(message) });
});

test.for([
  ['a shape beyond memory', floats('c', [2 ** 30, 2 ** 30], 1), /^constant "c": its shape .* is too large$/],
  ['a name with a colon', node('a:b', 'Relu', ['x'], { T: type(FLOAT) }), /^a node cannot be called "a:b"$/],
] as const)('%s is refused with one mention of the file', async ([, added, problem]) => {
  const directory = await temporary(mkdtemp(path.join(tmpdir(), 'edge-serving-frozen-')));
  const file = path.join(directory, 'frozen.pb');
  const nodes = [
    node('x', 'Placeholder', [], { dtype: type(FLOAT) }),
    added,
    node('y', 'AddV2', ['x', added.name], { T: type(FLOAT) }),
  ];
  await writeFile(file, encode('GraphDef', graphMessage({ nodes })));
  const refused = await readGraphDef(file);
  const message = refused.kind === 'read' ? 'read' : refused.message;
  expect(message.startsWith(`${file}: `)).toBe(true);
  expect(message.slice(file.length + 2)).toMatch(problem);
});

test('a constant may be NaN', async () => {
  const definition = { nodes: [floats('y', [2], Number.NaN, 1)], signatures: y };
  const directory = await temporary(writeSavedModel(definition));
  const result = await readSavedModel(directory);
  const weight = result.kind === 'read' ? result.value.graph.weights.get('y') : undefined;
  const { buffer } = new Uint8Array((await weight?.read()) ?? []);
  expect([...new Float32Array(buffer)]).toEqual([Number.NaN, 1]);
});

test('more messages than memory has room for are refused before they are decoded', async () => {
  const directory = await temporary(writeSavedModel({ nodes: [], signatures: y }));
  const graph = Buffer.alloc(10_000_000);
  for (let at = 0; at < graph.length; at += 2) graph[at] = 0x0a;
  const file = path.join(directory, 'frozen.pb');
  await writeFile(file, graph);
  expect(await readGraphDef(file)).toMatchObject({
    kind: 'unsupported',
    message: expect.stringMatching(/more than \d+ values/),
  });
});
