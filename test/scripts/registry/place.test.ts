import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { DEFAULT_STATE_DIRECTORY, PACKAGE_ROOT } from '../../../scripts/files/package_root.ts';
import { placeOptions } from '../../../scripts/pointer/pointer_report.ts';
import { describePlace } from '../../../scripts/registry/place.ts';

const local = (directory: string) => ({ kind: 'local', directory }) as const;

afterEach(() => vi.unstubAllEnvs());

describe('a local state folder', () => {
  test("is shown relative to the user's working directory", () => {
    vi.stubEnv('INIT_CWD', PACKAGE_ROOT);
    expect(describePlace(local(DEFAULT_STATE_DIRECTORY))).toBe(`local state ${join('.wrangler', 'state')}`);
    expect(describePlace(local(PACKAGE_ROOT))).toBe('local state .');
    vi.stubEnv('INIT_CWD', join(PACKAGE_ROOT, 'models'));
    expect(describePlace(local(DEFAULT_STATE_DIRECTORY))).toBe(`local state ${DEFAULT_STATE_DIRECTORY}`);
    expect(describePlace(local(join(PACKAGE_ROOT, 'models_2')))).toBe(
      `local state ${join(PACKAGE_ROOT, 'models_2')}`,
    );
  });

  test('is shown as an option that can be pasted, unless it is the default', () => {
    vi.stubEnv('INIT_CWD', PACKAGE_ROOT);
    expect(placeOptions(local(DEFAULT_STATE_DIRECTORY))).toBe('');
    expect(placeOptions(local(join(PACKAGE_ROOT, 'state')))).toBe(' --persist-to state');
    expect(placeOptions(local(join(PACKAGE_ROOT, "it's here")))).toBe(" --persist-to 'it'\\''s here'");
    expect(placeOptions({ kind: 'remote', bucket: 'models' })).toBe(' --remote');
  });
});
