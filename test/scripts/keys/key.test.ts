import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { parseNamedKeys } from '../../../worker/http/access/named_keys.ts';
import { rateBinding } from '../../../worker/http/access/rate_limit.ts';
import { runScript } from '../../fixtures/commands/run_script.ts';

test('key makes a key, and the entry and the limiter that the Worker takes for it', async () => {
  const made = await runScript('key', [
    ...['--name', 'mobile', '--models', 'digits, iris*', '--rate', '600/60', '--json'],
  ]);
  const { key, entry, limiter, ...rest } = JSON.parse(made.stdout);
  expect(rest).toEqual({
    name: 'mobile',
    models: ['digits', 'iris*'],
    rate: { requests: 600, seconds: 60 },
  });
  const [parsed] = parseNamedKeys(entry);
  expect(parsed).toMatchObject({ name: 'mobile', rate: { requests: 600, seconds: 60 } });
  expect(parsed?.models?.text).toBe('digits, iris*');
  expect(Buffer.from(parsed?.sha256 ?? []).toString('hex')).toBe(
    createHash('sha256').update(key).digest('hex'),
  );
  expect(limiter).toBe(
    [
      '[[ratelimits]]',
      `name = "${rateBinding({ requests: 600, seconds: 60 })}"`,
      'namespace_id = "60060"',
      'simple = { limit = 600, period = 60 }',
    ].join('\n'),
  );
});

test('key prints a key for all models, and how to set it', async () => {
  const { code, stdout } = await runScript('key', ['--name', 'web']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^ {2}[\w-]{43}$/m);
  expect(stdout).toMatch(/^ {2}web:[0-9a-f]{64}$/m);
  expect(stdout).toContain('npx wrangler secret put NAMED_API_KEYS');
  expect(stdout).not.toContain('ratelimits');
});

test.each([
  [['--name', 'a b'], /A name consists of/],
  [['--name', 'a', '--models', 'x,,y'], /"" is not the name of a model/],
  [['--name', 'a', '--models', 'x:y'], /"x:y" is not the name of a model/],
  [['--name', 'a', '--rate', '600'], /A rate is REQUESTS\/10 or REQUESTS\/60/],
  [['--name', 'a', '--rate', '600/30'], /limits by 10 or 60 seconds/],
  [[], /--name/],
])('key refuses %j', async (words, message) => {
  expect(await runScript('key', words)).toMatchObject({ code: 2, stderr: expect.stringMatching(message) });
});
