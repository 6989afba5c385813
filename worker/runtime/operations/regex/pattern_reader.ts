import { PatternError } from './syntax.ts';

/** Reads a pattern character by character. */
export class PatternReader {
  readonly #characters: readonly string[];
  #place = 0;

  constructor(pattern: string) {
    this.#characters = [...pattern];
  }

  /** Returns a following character without consuming it, or undefined at the end. */
  peek(offset = 0): string | undefined {
    return this.#characters[this.#place + offset];
  }

  take(): string | undefined {
    return this.#characters[this.#place++];
  }

  /** Consumes a text if it follows, and returns true. */
  takes(text: string): boolean {
    for (let offset = 0; offset < text.length; offset++) if (this.peek(offset) !== text[offset]) return false;
    this.#place += text.length;
    return true;
  }

  /** Consumes the characters that match, possibly none. */
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

  /** Consumes everything up to a text, and the text. Returns undefined if the text does not follow. */
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

  /** Returns to an earlier position. */
  back(place: number): void {
    this.#place = place;
  }

  fail(what: string): never {
    throw new PatternError(what);
  }
}
