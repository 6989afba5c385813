import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PACKAGE_ROOT } from '../../scripts/files/package_root.ts';
import { readPages } from './pages.ts';

/** The name of a file of the project in a page, such as `worker/index.ts`. */
const NAMED_FILE = /`((?:worker|scripts|import|test|models|docs)\/[\w./-]+)`/g;
const LINK = /\]\(([^)\s]+)\)/g;

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(markdown: string): Set<string> {
  return new Set(
    [...withoutCode(markdown).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replaceAll(' ', '-'),
    ),
  );
}

function withoutCode(markdown: string): string {
  return markdown.replace(/^```[\s\S]*?^```$/gm, '');
}

function brokenLinks(page: string, markdown: string): string[] {
  return [...withoutCode(markdown).matchAll(LINK)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .filter((target) => {
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? page : posix.join(dirname(page), path);
      if (!existsSync(join(PACKAGE_ROOT, file))) return true;
      if (anchor === undefined) return false;
      return !anchorsOf(readFileSync(join(PACKAGE_ROOT, file), 'utf8')).has(anchor);
    });
}

function missingFiles(markdown: string): string[] {
  return [...withoutCode(markdown).matchAll(NAMED_FILE)]
    .map(([, file = '']) => file)
    .filter((file) => !existsSync(join(PACKAGE_ROOT, file)));
}

describe.each(readPages())('$path', ({ path, markdown }) => {
  test('links to pages and headings that are there', () => {
    expect(brokenLinks(path, markdown)).toEqual([]);
  });

  test('names files that are there', () => {
    expect(missingFiles(markdown)).toEqual([]);
  });
});

describe('a page', () => {
  test.each([
    { name: 'a page that is missing', markdown: '[a](missing.md)' },
    { name: 'a heading that is missing', markdown: '# There\n[a](#gone)' },
  ])('may not link to $name', ({ markdown }) => {
    expect(brokenLinks('README.md', markdown)).toHaveLength(1);
  });

  test('may link to headings of its own and to other sites', () => {
    expect(brokenLinks('LICENSE', '[a](https://example.com/x)')).toEqual([]);
  });

  test('may not name a file that is missing', () => {
    expect(missingFiles('see `worker/missing.ts` and `worker/index.ts`')).toEqual(['worker/missing.ts']);
  });
});
