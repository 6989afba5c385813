import { describe, expect, test } from 'vitest';
import { remoteFault } from '../../../scripts/registry/remote_fault.ts';

const withCode = (code: string, message = ''): Error => Object.assign(new Error(message), { code });

describe('the remote bucket', () => {
  test.for([
    [
      'an unknown host',
      new Error('getaddrinfo ENOTFOUND api.cloudflare.com'),
      'getaddrinfo ENOTFOUND api.cloudflare.com',
    ],
    [
      'a refused connection',
      new TypeError('fetch failed', { cause: withCode('ECONNREFUSED') }),
      'fetch failed',
    ],
    [
      'a timeout',
      new Error('Failed to start', { cause: withCode('ETIMEDOUT', 'late') }),
      'Failed to start (ETIMEDOUT: late)',
    ],
  ] as const)('is out of reach: %s', ([_, cause, detail]) => {
    const text = remoteFault('models', cause).join('\n');
    expect(text).toContain(`could not be reached over the network: ${detail}\n`);
    expect(text).not.toMatch(/log in/i);
  });

  test('refuses for another reason, and the message says what to do', () => {
    const cause = new Error('Failed to start the remote proxy session. Unauthorized');
    expect(remoteFault('models', cause).join('\n')).toMatch(
      /^Unauthorized\nLog in with [\s\S]*npx wrangler r2 bucket create models/,
    );
  });
});
