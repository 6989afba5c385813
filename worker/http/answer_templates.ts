import type { AnsweredBy } from '../serving/api.ts';
import type { Phases } from '../serving/request/phases.ts';
import { headersOf, versionHeaders } from './answer_headers.ts';
import { setServerTiming, USUAL_TIMINGS, usualTiming } from './server_timing.ts';

/** What a response is made with. */
export type AnswerBody = string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;

/** Beyond this many templates they are made anew: versions come and go. */
const MOST_TEMPLATES = 256;

/**
 * Responses without a body, of which answers are made: such an answer has a copy of the headers. Most answers have
 * the same, and making them costs as much as everything else that is done for a small request.
 */
export class AnswerTemplates {
  readonly #contentLines: string;
  /** By version, and a number for generation and timing. */
  readonly #templates = new Map<string, Map<number, Response>>();
  #count = 0;

  /** @param contentLines headers that say what the body is, one to a line */
  constructor(contentLines: string) {
    this.#contentLines = contentLines;
  }

  /** An answer of status 200 by a version, with the headers that name it and say what was waited for. */
  answer(body: AnswerBody, by: AnsweredBy, phases: Phases | undefined): Response {
    const timing = phases === undefined ? undefined : usualTiming(phases);
    const response = new Response(body, this.#template(by, timing, phases));
    if (timing === undefined) setServerTiming(response, phases);
    return response;
  }

  /** It says what was waited for where that is usual; else it is to be set on the answer. */
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
