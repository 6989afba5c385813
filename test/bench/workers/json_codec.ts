import { type JsonCodec, ourCodec, platformCodec } from './json_codecs.ts';

/** The text of a request, and its values. */
interface Subject {
  readonly body: Uint8Array;
  readonly values: Float32Array;
  readonly codecs: Readonly<Record<string, JsonCodec>>;
}
let subject: Subject | undefined;

/**
 * PUT /?shape=1,2,3 takes a request's text. POST /?codec=ours|platform&direction=decode|encode then decodes it, or
 * encodes its values, `runs` times and answers the time. Without `runs` it answers the result.
 */
export default {
  async fetch(request: Request): Promise<Response> {
    const { searchParams } = new URL(request.url);
    if (request.method === 'PUT') {
      const shape = (searchParams.get('shape') ?? '').split(',').map(Number);
      const body = new Uint8Array(await request.arrayBuffer());
      const codecs = { ours: ourCodec(shape), platform: platformCodec(shape) };
      subject = { body, values: codecs.platform.decode(body), codecs };
      return new Response();
    }
    const codec = subject?.codecs[searchParams.get('codec') ?? ''];
    if (subject === undefined || codec === undefined) return new Response('no such codec', { status: 400 });
    const { body, values } = subject;
    const run =
      searchParams.get('direction') === 'decode' ? () => codec.decode(body) : () => codec.encode(values);
    const runs = searchParams.get('runs');
    if (runs === null) return new Response(run());
    const began = performance.now();
    for (let index = 0; index < Number(runs); index++) run();
    return Response.json({ milliseconds: performance.now() - began });
  },
};
