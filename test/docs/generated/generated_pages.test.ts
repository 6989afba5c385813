import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PACKAGE_ROOT } from '../../../scripts/shared/package_root.ts';
import { openApiDocument } from '../../../worker/protocols/openapi/document.ts';
import { replaceSection, table } from './markdown.ts';
import { identityLayers, layersTable, operationsTable, refusedOperationsTable } from './operations.ts';

/** The sections of pages that are made of the code, each between two comments of its name. */
const SECTIONS: Readonly<Record<string, Readonly<Record<string, () => string>>>> = {
  'docs/operations.md': {
    operations: operationsTable,
    'refused operations': refusedOperationsTable,
    layers: layersTable,
    'identity layers': identityLayers,
  },
};

const json = (document: unknown) => `${JSON.stringify(document, null, 2)}\n`;

const FILES: Readonly<Record<string, () => string>> = {
  'docs/api/openapi.json': () => json(openApiDocument()),
};

/** `npm run docs` writes the pages again: it runs this test and takes what it finds. */
describe('generated pages are what the code says; else run npm run docs', () => {
  test.each(Object.entries(SECTIONS))('%s', async (path, sections) => {
    let page = readFileSync(join(PACKAGE_ROOT, path), 'utf8');
    for (const [name, make] of Object.entries(sections)) page = replaceSection(page, name, make());
    await expect(page).toMatchFileSnapshot(join(PACKAGE_ROOT, path));
  });

  test.each(Object.entries(FILES))('%s', async (path, make) => {
    // A file that is missing would otherwise be written and pass.
    expect(existsSync(join(PACKAGE_ROOT, path))).toBe(true);
    await expect(make()).toMatchFileSnapshot(join(PACKAGE_ROOT, path));
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
