import { Option } from 'commander';

/** An option that may be repeated. For any other option, a second value would replace the first. */
export class RepeatableOption extends Option {
  constructor(flags: string, description: string, parse: (text: string) => string = (text) => text) {
    super(flags, `${description}; may be given several times`);
    this.argParser((text: string, before: readonly string[] = []): readonly string[] => [
      ...before,
      parse(text),
    ]);
  }
}
