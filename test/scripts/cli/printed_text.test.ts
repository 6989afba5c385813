import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { printable, printableJson, printableLog } from '../../../scripts/cli/printable.ts';
import { newChangeRecord } from '../../../scripts/pointer/change_record.ts';
import { openLocalRegistry } from '../../../scripts/registry/local/local_registry.ts';
import { GRAPH_MODEL, writeFiles } from '../../fixtures/commands/model_directories.ts';
import { publish } from '../../fixtures/commands/publishing.ts';
import { runScript } from '../../fixtures/commands/run_script.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';

const folder = await temporaryFolder();

/** Clears the screen, sets the window title, forges a line, and reverses the direction of the following text. */
const HOSTILE = '\u001b[2J\u001b]0;pwn\u0007\nforged\r\u009b31m\u202etxt\u2066\u2028\u007f';

/** Every character that controls a terminal, and the marks that reorder text, except the newlines of the printer. */
const ACTS = /[^\P{Cc}\n]|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;

test.for([
  ['a newline', 'a\nb', 'a\\nb'],
  ['a tab', 'a\tb', 'a\\tb'],
  ['an escape sequence', '\u001b[2J', '\\u001b[2J'],
  ['a C1 control', '\u009b31m', '\\u009b31m'],
  ['DEL', '\u007f', '\\u007f'],
  ['a bidirectional override', 'a\u202eb', 'a\\u202eb'],
  ['letters of any language', 'é 模型 שלום 🙂', 'é 模型 שלום 🙂'],
] as const)('%s is printed as it should be', ([, text, printed]) => {
  expect(printable(text)).toBe(printed);
});

test('no text controls a terminal, and JSON is unchanged', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(printable(text)).not.toMatch(/\p{Cc}/u);
      expect(printable(text)).not.toMatch(ACTS);
      const json = printableJson({ [text]: [text] });
      expect(json).not.toMatch(ACTS);
      expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify({ [text]: [text] })));
    }),
  );
});

test('a log keeps colors and tabs, and nothing else', () => {
  expect(printableLog('\u001b[1;32mGET\u001b[0m\t/\u001b[2J\u0007')).toBe(
    '\u001b[1;32mGET\u001b[0m\t/\\u001b[2J\\u0007',
  );
});

describe('names in a model and words of the history are escaped', { timeout: 300_000 }, () => {
  const signature = {
    inputs: { [HOSTILE]: GRAPH_MODEL.signature.inputs.x },
    outputs: GRAPH_MODEL.signature.outputs,
  };
  const weights = new Uint8Array(8);

  test('by inspect, in words and in JSON', async () => {
    const directory = await writeFiles(join(folder, 'inspected'), {
      'model.json': { ...GRAPH_MODEL, signature },
      'weights.bin': weights,
    });
    const words = await runScript('inspect', [directory]);
    expect(words).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('\\u001b[2J\\u001b]0;pwn\\u0007\\nforged'),
    });
    expect(words.stdout).not.toMatch(ACTS);
    const json = await runScript('inspect', [directory, '--json']);
    expect(json.stdout).not.toMatch(ACTS);
    expect(Object.keys(JSON.parse(json.stdout).signatures.serving_default.inputs)).toEqual([HOSTILE]);
  });

  test('by the refusal of a model', async () => {
    const nodes = [
      ...GRAPH_MODEL.modelTopology.node.slice(0, -1),
      { name: 'y', op: HOSTILE, input: ['ax', 'b'] },
    ];
    const directory = await writeFiles(join(folder, `refused ${HOSTILE.replaceAll('/', '')}`), {
      'model.json': { ...GRAPH_MODEL, modelTopology: { ...GRAPH_MODEL.modelTopology, node: nodes } },
      'weights.bin': weights,
    });
    const refused = await runScript('inspect', [join(directory, 'nowhere')]);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('\\nforged') });
    const published = await runScript('publish', [
      ...[directory, '--model', 'm', '--skip-rehearsal', '--persist-to', join(folder, 'none')],
    ]);
    expect(published.stderr).toContain('\\u001b[2J');
    expect(refused.stderr + published.stderr + published.stdout).not.toMatch(ACTS);
  });

  test('by status, in words and in JSON', async () => {
    const state = join(folder, 'state');
    const registry = await openLocalRegistry(state);
    const model = await writeFiles(join(folder, 'half'), {
      'model.json': GRAPH_MODEL,
      'weights.bin': weights,
    });
    const record = newChangeRecord({ by: HOSTILE, reason: HOSTILE });
    await publish(registry.store, model, 'half', { record });
    await registry.close();
    const status = await runScript('status', ['half', '--persist-to', state]);
    expect(status.stdout).toContain('by \\u001b[2J\\u001b]0;pwn\\u0007\\nforged');
    expect(status.stdout).not.toMatch(ACTS);
    const json = await runScript('status', ['half', '--persist-to', state, '--json']);
    expect(json.stdout).not.toMatch(ACTS);
    expect(JSON.parse(json.stdout).models[0].pointer.history[0]).toMatchObject({
      by: HOSTILE,
      reason: HOSTILE,
    });
  });
});
