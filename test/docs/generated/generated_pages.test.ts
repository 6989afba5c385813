import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PACKAGE_ROOT } from '../../../scripts/files/package_root.ts';
import { openApiDocument } from '../../../worker/http/openapi/document.ts';
import { answerManagementDocument } from '../../../worker/management/openapi/openapi.ts';
import { ERROR_CODES } from '../../../worker/model/coded_error.ts';
import { BLOBS, columnOf, DOUBLES } from '../../../worker/traffic/data_point.ts';
import { definedCommands } from '../../fixtures/commands/commands.ts';
import { commandsReference } from './commands.ts';
import { MANAGEMENT, PREDICT, variableComments, variablesTable } from './configuration.ts';
import { onnxOperatorsTable, tfliteOperatorsTable } from './converted_operators.ts';
import { replaceSection, table } from './markdown.ts';
import { identityLayers, layersTable, operationsTable, refusedOperationsTable } from './operations.ts';

const commands = await definedCommands();

const codes = Object.entries(ERROR_CODES).map(([code, meaning]) => [`\`${code}\``, meaning]);

const columns = [...BLOBS, ...DOUBLES].map(({ name, meaning }) => [`\`${columnOf(name)}\``, name, meaning]);

/** The sections of files that are generated from the code, each between two comments with its name. */
const SECTIONS: Readonly<Record<string, Readonly<Record<string, () => string>>>> = {
  'docs/commands.md': { commands: () => commandsReference(commands) },
  'docs/configuration.md': {
    'predict variables': () => variablesTable(PREDICT),
    'management variables': () => variablesTable(MANAGEMENT),
  },
  'docs/errors.md': { 'error codes': () => table(['code', 'meaning'], codes) },
  'docs/operating/traffic.md': { 'data points': () => table(['column', 'name', 'meaning'], columns) },
  'docs/operations.md': {
    operations: operationsTable,
    'refused operations': refusedOperationsTable,
    'onnx operators': onnxOperatorsTable,
    'tflite operators': tfliteOperatorsTable,
    layers: layersTable,
    'identity layers': identityLayers,
  },
  'wrangler.toml': {
    'predict variables': () => variableComments(PREDICT),
    'management variables': () => variableComments(MANAGEMENT),
  },
};

/** Whole files that are generated from the code. */
const FILES: Readonly<Record<string, () => unknown>> = {
  'docs/api/openapi.json': openApiDocument,
  'docs/api/openapi-management.json': () => answerManagementDocument().json(),
};

/** `npm run docs` writes the files again: it runs this test and updates the snapshots. */
describe('a generated file is what the code says, or npm run docs writes it again', () => {
  test.each(Object.entries(SECTIONS))('%s', async (path, sections) => {
    const file = join(PACKAGE_ROOT, path);
    const form = path.endsWith('.toml') ? 'toml' : 'markdown';
    let text = readFileSync(file, 'utf8');
    for (const [name, make] of Object.entries(sections)) text = replaceSection(text, name, make(), form);
    await expect(text).toMatchFileSnapshot(file);
  });

  test.each(Object.entries(FILES))('%s', async (path, make) => {
    const file = join(PACKAGE_ROOT, path);
    // A missing file would be written, and the test would pass.
    expect(existsSync(file)).toBe(true);
    await expect(`${JSON.stringify(await make(), null, 2)}\n`).toMatchFileSnapshot(file);
  });
});

describe('a section', () => {
  test('is replaced between its two comments', () => {
    const page = 'a\n<!-- generated: x -->\nold\n<!-- end of x -->\nb';
    expect(replaceSection(page, 'x', 'new')).toBe('a\n<!-- generated: x -->\n\nnew\n\n<!-- end of x -->\nb');
  });

  test('that the page does not have is an error', () => {
    expect(() => replaceSection('a', 'x', 'new')).toThrow('<!-- generated: x -->');
  });

  test('may be a table whose cells hold vertical bars', () => {
    expect(table(['a', 'b'], [['1|2', '3']])).toBe('| a | b |\n|---|---|\n| 1\\|2 | 3 |');
  });
});
