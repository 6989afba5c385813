import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readGraphDef } from '../../import/saved_model/graph_def/read_graph_def.ts';
import { runScript } from '../fixtures/commands/run_script.ts';
import { temporaryFolder } from '../fixtures/commands/temporary_folder.ts';
import {
  encode,
  FLOAT,
  floats,
  graphMessage,
  integers,
  node,
  shape,
  type,
} from '../fixtures/saved_model/messages.ts';
import { runGraph } from '../fixtures/saved_model/run_graph.ts';

const folder = await temporaryFolder();
const file = join(folder, 'frozen.pb');

/** y = the two largest of 2 x, and which they are. */
const nodes = [
  node('x', 'Placeholder', [], { dtype: type(FLOAT), shape: { shape: shape(1, 3) } }),
  floats('two', [], 2),
  node('doubled', 'Mul', ['x', 'two'], { T: type(FLOAT) }),
  integers('k', [], 2),
  node('top', 'TopKV2', ['doubled', 'k'], { T: type(FLOAT), sorted: { b: true } }),
];
await writeFile(file, encode('GraphDef', graphMessage({ nodes })));

const x = { x: { shape: [1, 3], values: [1, 5, 3] } };

describe('a frozen graph', () => {
  test('takes inputs and outputs by name', async () => {
    const named = join(folder, 'named.pb');
    const chain = [
      node('x', 'Placeholder', [], { dtype: type(FLOAT) }),
      node('inner', 'Relu', ['x'], { T: type(FLOAT) }),
      node('y', 'Neg', ['inner'], { T: type(FLOAT) }),
    ];
    await writeFile(named, encode('GraphDef', graphMessage({ nodes: chain })));
    const whole = await readGraphDef(named);
    const part = await readGraphDef(named, { inputs: ['inner'], outputs: ['y:0'] });
    if (whole.kind !== 'read' || part.kind !== 'read') throw new Error('not read');
    expect(whole.value.graph.signatures.serving_default).toMatchObject({
      inputs: { x: { name: 'x:0' } },
      outputs: { y: { name: 'y:0' } },
    });
    expect(part.value.graph.nodes.map(({ name, op }) => [name, op])).toEqual([
      ['inner', 'Placeholder'],
      ['y', 'Neg'],
    ]);
    expect(await readGraphDef(named, { outputs: ['z'] })).toMatchObject({
      message: expect.stringContaining('no tensor "z"'),
    });
  });

  test('answers all outputs of the node that nothing uses', async () => {
    const model = await readGraphDef(file);
    if (model.kind !== 'read') throw new Error(model.message);
    const { graph } = model.value;
    expect(graph.signatures.serving_default?.outputs['top:1']?.dtype).toBe('int32');
    expect(await runGraph(graph, 'serving_default', x)).toEqual({
      top: { shape: [1, 2], values: [10, 6] },
      'top:1': { shape: [1, 2], values: [1, 2] },
    });
  });

  test('begins and ends where it is told to', async () => {
    const model = await readGraphDef(file, { inputs: ['doubled'], outputs: ['top:1', 'doubled'] });
    if (model.kind !== 'read') throw new Error(model.message);
    const { graph } = model.value;
    const answer = await runGraph(graph, 'serving_default', {
      doubled: { shape: [1, 3], values: [7, 8, 9] },
    });
    expect(answer).toEqual({
      'top:1': { shape: [1, 2], values: [2, 1] },
      doubled: { shape: [1, 3], values: [7, 8, 9] },
    });
  });

  test('has its ends in commands', async () => {
    const inspect = (...words: string[]) => runScript('inspect', [...words, '--json']);
    const { code, stdout } = await inspect(file, '--outputs', 'doubled, top:1');
    expect(code).toBe(0);
    expect(JSON.parse(stdout).signatures.serving_default.outputs).toEqual({
      doubled: expect.objectContaining({ dtype: 'float32' }),
      'top:1': expect.objectContaining({ dtype: 'int32' }),
    });
    const missing = await inspect(file, '--outputs', 'bottom');
    expect(missing).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('there is no tensor \\"bottom\\"'),
    });
    expect((await inspect(file, '--outputs', 'a,,b')).code).toBe(2);
    const keras = join(folder, 'other.h5');
    await writeFile(keras, Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a));
    const other = await inspect(keras, '--outputs', 'doubled');
    expect(other).toMatchObject({ code: 1, stdout: expect.stringContaining('says itself') });
  });
});
