/** An argument or an option with a value that its parser refused, as commander words it. */
const WRONG_ARGUMENT = /^command-argument value '([\s\S]*)' is invalid for argument '([\w-]+)'\. ([\s\S]*)$/;
const WRONG_OPTION = /^option '([^']+)' argument '([\s\S]*)' is invalid\. ([\s\S]*)$/;

/** Returns commander's message about a wrong command line as a sentence without its terms. */
export function plainComplaint(message: string): string {
  const text = message.replace(/^error: /, '');
  const [, value, argument, why] = WRONG_ARGUMENT.exec(text) ?? [];
  if (argument !== undefined) return `<${argument}> cannot be '${value}'. ${why}`;
  const [, flags, given, reason] = WRONG_OPTION.exec(text) ?? [];
  if (flags !== undefined) return `${flags} cannot be '${given}'. ${reason}`;
  return text;
}
