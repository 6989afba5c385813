import type { AnsweredBy } from '../../serving/api.ts';
import type { Phases } from '../../serving/request/phases.ts';
import { headersOf, versionHeaders } from './answer_headers.ts';
import { setServerTiming, USUAL_TIMINGS, usualTiming } from './server_timing.ts';

/** The types of a response body. */
export type AnswerBody = string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;

/** Beyond this many templates all are dropped, since old versions are not served again. */
const MOST_TEMPLATES = 256;

/**
 * Caches responses without a body, whose headers are copied into each answer. Most answers have the same headers, and
 * building headers costs as much as all other work for a small request.
 */
export class AnswerTemplates {
  readonly #contentLines: string;
  /** Keyed by version, then by a number that encodes generation and timing. */
  readonly #templates = new Map<string, Map<number, Response>>();
  #count = 0;

  /** @param contentLines headers that describe the body, one to a line */
  constructor(contentLines: string) {
    this.#contentLines = contentLines;
  }

  /**
   * Makes a version's response of status 200, with headers that name the version and list what the request waited for.
   */
  answer(body: AnswerBody, by: AnsweredBy, phases: Phases | undefined): Response {
    const timing = phases === undefined ? undefined : usualTiming(phases);
    const response = new Response(body, this.#template(by, timing, phases));
    if (timing === undefined) setServerTiming(response, phases);
    return response;
  }

  /** The template includes the timing header if the timing is a usual one. Otherwise the caller sets the header. */
  #template(by: AnsweredBy, timing: number | undefined, phases: Phases | undefined): Response {
    const { version, generation, fallback, stalePointer } = by;
    const isUsual = fallback === undefined && stalePointer === undefined;
    const number = generation * (USUAL_TIMINGS + 1) + (timing ?? USUAL_TIMINGS);
    const known = isUsual ? this.#templates.get(version)?.get(number) : undefined;
    if (known !== undefined) return known;
    const template = new Response(null, { headers: headersOf(this.#contentLines + versionHeaders(by)) });
    if (timing !== undefined) setServerTiming(template, phases);
    if (isUsual) this.#keep(version, number, template);
    return template;
  }

  #keep(version: string, number: number, template: Response): void {
    if (this.#count === MOST_TEMPLATES) {
      this.#templates.clear();
      this.#count = 0;
    }
    const ofVersion = this.#templates.get(version);
    if (ofVersion === undefined) this.#templates.set(version, new Map([[number, template]]));
    else ofVersion.set(number, template);
    this.#count += 1;
  }
}
