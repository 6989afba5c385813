import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { writePng } from '../../../models/build/write_png.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';
import { type Edge, startEdge } from '../../fixtures/edge/edge.ts';
import { WorkerMemory } from '../../fixtures/edge/worker_memory.ts';
import { imageVector } from '../../fixtures/images/vectors.ts';
import { publishModel, SAMPLES } from '../../fixtures/models/publish_directory.ts';

/** Measured as in request_memory.e2e.test.ts, and by how much requests may let the process grow there. MiB. */
const isMeasured = process.platform === 'linux';
const MOST_GROWTH = 128;

let edge: Edge | undefined;
afterEach(async () => {
  await edge?.stop();
  edge = undefined;
});
const folder = await temporaryFolder();

/** A JPEG image whose header says that it is larger than it is: all of its samples are in memory before that shows. */
function enlarged(name: string, side: number): Uint8Array {
  const file = imageVector(name).file.slice();
  const frame = file.findIndex((byte, index) => byte === 0xff && [0xc0, 0xc2].includes(file[index + 1] ?? 0));
  const view = new DataView(file.buffer);
  view.setUint16(frame + 5, side);
  view.setUint16(frame + 7, side);
  return file;
}

async function grayPng(side: number): Promise<Uint8Array> {
  const path = join(folder, `${side}.png`);
  await writePng(path, new Uint8Array(side * side), side);
  return readFile(path);
}

describe.skipIf(!isMeasured)(
  'the largest images that are decoded, one after the other and at once, grow an isolate a little',
  () => {
    test.each([
      ['a JPEG image', () => enlarged('JPEG 4:4:4', 3300), 400],
      ['a progressive JPEG image', () => enlarged('JPEG progressive', 2300), 400],
      ['a PNG image', () => grayPng(2700), 200],
      ['a JPEG image that is too large', () => enlarged('JPEG 4:4:4', 60_000), 400],
    ])('%s', async (_, make, status) => {
      edge = await startEdge({ isolates: 1, variables: { MAX_REQUEST_MB: '16' } });
      await publishModel(edge.store, join(SAMPLES, 'digits/1.0.0'), 'digits', '1');
      const body = new Uint8Array(await make());
      const send = async (file: Uint8Array<ArrayBuffer>): Promise<number> => {
        const headers = { 'content-type': 'image/jpeg' };
        const url = new URL('/v1/models/digits:predict', edge?.isolates[0]);
        return (await fetch(url, { method: 'POST', body: file, headers })).status;
      };
      expect(await send(new Uint8Array(imageVector('JPEG gray').file))).toBe(200);
      const memory = new WorkerMemory();
      memory.reset();
      for (let round = 0; round < 4; round++) expect(await send(body)).toBe(status);
      const all = await Promise.all([body, body, body, body].map(send));
      expect(all.every((each) => each === status || each === 503)).toBe(true);
      expect(memory.growth()).toBeLessThan(MOST_GROWTH);
    });
  },
);
