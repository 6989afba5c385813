import { type BenchEnvironment, openFile, readDescription } from './environment.ts';

/** The minimum work of a verified cold start: read a network's files and hash them. */
export default {
  async fetch(request: Request, environment: BenchEnvironment): Promise<Response> {
    await request.arrayBuffer();
    const { files } = await readDescription(environment);
    const hashes = new URL(request.url).pathname === '/hash';
    const started = performance.now();
    for (const file of files) {
      const { body } = await openFile(environment, file);
      if (hashes) {
        const digest = new crypto.DigestStream('SHA-256');
        await body.pipeTo(digest);
        await digest.digest;
      } else {
        await body.pipeTo(new WritableStream());
      }
    }
    return Response.json({ milliseconds: performance.now() - started });
  },
};
