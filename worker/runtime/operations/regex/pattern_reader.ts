import { PatternError } from './syntax.ts';

/** A pattern as it is read, character by character. */
export class PatternReader {
  readonly #characters: readonly string[];
  #place = 0;

  constructor(pattern: string) {
    this.#characters = [...pattern];
  }

  /** The next character, without taking it; undefined at the end. */
  peek(offset = 0): string | undefined {
    return this.#characters[this.#place + offset];
  }

  take(): string | undefined {
    return this.#characters[this.#place++];
  }

  /** Takes a text if it comes next. */
  takes(text: string): boolean {
    for (let offset = 0; offset < text.length; offset++) if (this.peek(offset) !== text[offset]) return false;
    this.#place += text.length;
    return true;
  }

  /** Takes what matches, which may be nothing. */
  takeWhile(matches: (character: string) => boolean, most = Number.POSITIVE_INFINITY): string {
    let taken = '';
    for (
      let next = this.peek();
      next !== undefined && taken.length < most && matches(next);
      next = this.peek()
    ) {
      taken += next;
      this.#place++;
    }
    return taken;
  }

  /** Takes what comes before a text, and the text; undefined where it does not come. */
  takeUntil(text: string): string | undefined {
    const rest = this.#characters.slice(this.#place).join('');
    const end = rest.indexOf(text);
    if (end < 0) return undefined;
    const taken = rest.slice(0, end);
    this.#place += [...taken].length + text.length;
    return taken;
  }

  get place(): number {
    return this.#place;
  }

  /** Goes back to where it was. */
  back(place: number): void {
    this.#place = place;
  }

  fail(what: string): never {
    throw new PatternError(what);
  }
}
