import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { vi } from 'vitest';
import { PACKAGE_ROOT } from '../../../scripts/files/package_root.ts';

/**
 * The commands of package.json's scripts as they define themselves, by the name that npm runs them under. Nothing is
 * run: `scripts/cli/command_line.ts` has to be mocked with `capturing`.
 */
export async function definedCommands(captured: Command[]): Promise<ReadonlyMap<string, Command>> {
  const { scripts }: { readonly scripts: Readonly<Record<string, string>> } = JSON.parse(
    await readFile(join(PACKAGE_ROOT, 'package.json'), 'utf8'),
  );
  const commands = new Map<string, Command>();
  for (const [name, line] of Object.entries(scripts)) {
    const [, file] = /^node scripts\/(\w+)\.ts$/.exec(line) ?? [];
    // The compiler of the kernels takes no word.
    if (file === undefined || file === 'build_kernels') continue;
    await import(join(PACKAGE_ROOT, 'scripts', `${file}.ts`));
    const command = captured.pop();
    if (command === undefined) throw new Error(`scripts/${file}.ts defines no command`);
    commands.set(name, command);
  }
  return commands;
}

/** The module that runs commands, changed so that they are collected. */
export function capturing<Module extends object>(original: Module, captured: Command[]): Module {
  const capture = vi.fn(async (command: Command) => {
    captured.push(command);
  });
  return { ...original, runCommand: capture, runRegistryCommand: capture };
}
