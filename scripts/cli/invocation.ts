/** The npm scripts of this package. npm puts the line of the script that it runs into the environment. */
const OWN_SCRIPT = /^node (bin\/edge-serving\.js|test\/\w+\/\w+\.ts)( |$)/;

/** Returns the name of a subcommand's npm script. @example scriptName('deploy-management') // 'deploy:management' */
export function scriptName(subcommand: string): string {
  return subcommand.replaceAll('-', ':');
}

/** Returns how the user started the program, other than through a script of npm. */
export function programName(environment: NodeJS.ProcessEnv = process.env): string {
  return environment.npm_lifecycle_event === 'npx' ? 'npx edge-serving' : 'edge-serving';
}

/**
 * Returns a command line of this product in the form in which the user started this process: through a script of npm,
 * through npx, or by its own name.
 *
 * @param words the words after the subcommand, quoted for a shell
 * @example commandLine('rollback', 'gender') // 'npm run rollback -- gender', 'edge-serving rollback gender'
 */
export function commandLine(
  subcommand: string,
  words = '',
  environment: NodeJS.ProcessEnv = process.env,
): string {
  const rest = words === '' ? [] : [words];
  if (OWN_SCRIPT.test(environment.npm_lifecycle_script ?? '')) {
    return ['npm run', scriptName(subcommand), ...(rest.length === 0 ? [] : ['--', ...rest])].join(' ');
  }
  return [programName(environment), subcommand, ...rest].join(' ');
}
