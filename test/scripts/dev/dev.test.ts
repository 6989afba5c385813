import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { PACKAGE_ROOT } from '../../../scripts/files/package_root.ts';
import { TrafficReportSchema } from '../../../worker/traffic/report/traffic_report.ts';
import { freePort } from '../../fixtures/commands/free_port.ts';
import { runScript, startScript } from '../../fixtures/commands/run_script.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';
import { askDevToken } from '../../fixtures/requests/dev_token.ts';

const folder = await temporaryFolder();

async function predict(url: string): Promise<unknown> {
  const response = await fetch(`${url}/v1/models/half_plus_two:predict`, {
    method: 'POST',
    body: '{"instances":[1.0,2.0,5.0]}',
  });
  return response.json();
}

test('dev leaves no server behind when it is killed', async () => {
  const [port, managementPort] = [await freePort(), await freePort()];
  const state = join(folder, 'killed');
  const child = startScript('dev', [
    ...['--port', String(port), '--management-port', String(managementPort), '--persist-to', state],
  ]);
  const url = `http://localhost:${port}`;
  for await (const line of createInterface(child.stdout)) {
    if (line.includes('/api/v1/models')) break;
  }
  expect(await predict(url)).toEqual({ predictions: [2.5, 3, 4.5] });
  child.kill('SIGKILL');
  for (const each of [port, managementPort]) {
    const answers = () =>
      fetch(`http://localhost:${each}/healthz`).then(
        () => 'answered',
        () => 'refused',
      );
    await expect.poll(answers, { timeout: 60_000 }).toBe('refused');
  }
});

test('dev says what is wrong with a variable', async () => {
  const port = await freePort();
  const child = startScript('dev', [
    ...['--port', String(port), '--no-management', '--persist-to', join(folder, 'refusing')],
    ...['--var', 'MEMORY_BUDGET_MB:abc'],
  ]);
  const exit = once(child, 'close');
  try {
    const found: string[] = [];
    for await (const line of createInterface(child.stderr)) {
      found.push(line);
      if (line.includes('MEMORY_BUDGET_MB')) break;
    }
    expect(found.at(-1)).toBe(
      `http://localhost:${port} answers every request with: configuration: MEMORY_BUDGET_MB must be a number of at least 0.01. Correct wrangler.toml, or start again with another --var`,
    );
  } finally {
    child.kill('SIGTERM');
    await exit;
  }
});

test('dev serves the sample models and lets them be managed; what is published is served at once; it ends when told to', async () => {
  const [port, managementPort] = [await freePort(), await freePort()];
  const state = join(folder, 'state');
  const child = startScript('dev', [
    ...['--port', String(port), '--management-port', String(managementPort), '--persist-to', state],
    ...['--var', 'MAX_REQUEST_MB:0.001', '--var', 'POINTER_LEASE_MS:0'],
  ]);
  const exit = once(child, 'close');
  const output: string[] = [];
  try {
    const url = `http://localhost:${port}`;
    const curl = `curl -d '{"instances":[1.0,2.0,5.0]}' ${url}/v1/models/half_plus_two:predict`;
    const lines = createInterface(child.stdout);
    const said = (isIt: (line: string) => boolean) =>
      new Promise<string>((resolve, reject) => {
        lines.on('close', () => reject(new Error(`dev ended: ${output.join('\n')}`)));
        lines.on('line', (line) => {
          if (isIt(line)) resolve(line);
        });
      });
    lines.on('line', (line) => output.push(line));
    const managed = said((line) => line.includes('/api/v1/models'));
    await said((line) => line.trim() === curl);
    expect(await predict(url)).toEqual({ predictions: [2.5, 3, 4.5] });
    const large = JSON.stringify({ instances: Array.from({ length: 1000 }, () => 1.5) });
    const refused = await fetch(`${url}/v1/models/half_plus_two:predict`, { method: 'POST', body: large });
    expect(refused.status).toBe(413);
    // Pages of this machine may read answers, and others are told why they may not.
    const preflight = async (origin: string) => {
      const response = await fetch(`${url}/v1/models/half_plus_two:predict`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST' },
      });
      return [response.status, response.headers.get('access-control-allow-origin')];
    };
    expect(await preflight('http://localhost:5173')).toEqual([204, 'http://localhost:5173']);
    expect(await preflight('http://127.0.0.1:3000')).toEqual([204, 'http://127.0.0.1:3000']);
    expect(await preflight('https://app.example')).toEqual([403, null]);
    const next = join(PACKAGE_ROOT, 'models', 'half_plus_two', '1.1.0');
    const published = await runScript('publish', [next, '--model', 'half_plus_two', '--persist-to', state]);
    expect(published.code).toBe(0);
    // The request is the first golden example of the model.
    expect(published.stdout.trimEnd().split('\n').slice(-2)).toEqual([
      `It is served on ${url}. Try:`,
      `  curl -d '{"inputs":{"x":[1,2,5]}}' ${url}/v1/models/half_plus_two:predict`,
    ]);
    expect(await predict(url)).toEqual({ predictions: [3.5, 4, 5.5] });
    // Both Workers' processes are others than this one, and so is that of the command.
    const versions = async () => {
      const { stdout } = await runScript('traffic', ['half_plus_two', '--persist-to', state, '--json']);
      const { versions } = v.parse(TrafficReportSchema, JSON.parse(stdout));
      return versions.map(({ version, requests }) => `${version}: ${requests}`).sort();
    };
    await expect.poll(versions, { timeout: 60_000 }).toEqual(['1.0.0: 1', '1.1.0: 1', ': 1']);
    const token = /Bearer ([\w-]+)/.exec(await managed)?.[1];
    const listed = await fetch(`http://localhost:${managementPort}/api/v1/models`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(await listed.json()).toMatchObject({
      models: expect.arrayContaining([{ model: 'half_plus_two', current: '1.1.0', generation: 2 }]),
    });
    const console = new URL(`http://localhost:${managementPort}/`);
    expect(output).toContain(`The console: ${console}`);
    const own = { 'sec-fetch-site': 'same-origin', origin: console.origin };
    expect(await askDevToken(console, own)).toEqual({ status: 200, text: JSON.stringify({ token }) });
    // The name of another site that is made to point here.
    const host = `evil.example:${managementPort}`;
    expect(await askDevToken(console, { ...own, host })).toMatchObject({ status: 403 });
    // Its page can make wrangler state another host.
    const forged = { origin: `http://${host}`, 'mf-original-url': `${console}console/dev-token` };
    expect(await askDevToken(console, { ...own, host, ...forged })).toMatchObject({ status: 403 });
    const forwarded = await fetch(new URL('/api/v1/predict/v1/models/half_plus_two:predict', console), {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: '{"instances":[1.0,2.0,5.0]}',
    });
    expect(await forwarded.json()).toEqual({ predictions: [3.5, 4, 5.5] });
  } finally {
    child.kill('SIGTERM');
  }
  expect(await exit).toEqual([0, null]);
  expect(output.some((line) => line.includes('POST /v1/models/half_plus_two:predict'))).toBe(true);
  expect(output.filter((line) => line.includes('/healthz'))).toEqual([]);
});
