import { expect, test } from 'vitest';
import { createRequestLogFilter } from '../../../scripts/dev/request_log_filter.ts';

const HEALTH_LINE = '[wrangler:info] GET /healthz 200 OK (13ms)';

test("the log line of a script's own health check is left out, and the next one is not", () => {
  const log = createRequestLogFilter();
  log.probeSent();
  log.probeFailed();
  log.probeSent();
  expect(log.shows('[wrangler:info] Ready on http://localhost:8787')).toBe(true);
  expect(log.shows(`\u001b[32m${HEALTH_LINE.replace('GET', '\u001b[1mGET\u001b[22m')}\u001b[39m`)).toBe(
    false,
  );
  expect(log.shows(HEALTH_LINE)).toBe(true);
});
