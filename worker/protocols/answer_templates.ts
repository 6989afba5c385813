import type { Phases } from '../serving/phases.ts';
import type { AnsweredBy } from '../serving/serving.ts';
import { headersOf, versionHeaders } from './response.ts';
import { setServerTiming, USUAL_TIMINGS, usualTiming } from './server_timing.ts';

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
  answer(body: string | Uint8Array<ArrayBuffer>, by: AnsweredBy, phases: Phases | undefined): Response {
    const timing = phases === undefined ? USUAL_TIMINGS : usualTiming(phases);
    const isUsual = timing !== undefined && by.fallback === undefined && by.stalePointer === undefined;
    if (!isUsual) return new Response(body, this.#create(by, phases));
    const { version, generation } = by;
    const number = generation * (USUAL_TIMINGS + 1) + timing;
    const known = this.#templates.get(version)?.get(number);
    if (known !== undefined) return new Response(body, known);
    const template = this.#create(by, phases);
    this.#keep(version, number, template);
    return new Response(body, template);
  }

  #create(by: AnsweredBy, phases: Phases | undefined): Response {
    const response = new Response(null, { headers: headersOf(this.#contentLines + versionHeaders(by)) });
    setServerTiming(response, phases);
    return response;
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
