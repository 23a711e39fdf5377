/**
 * `npm run arrows`: checks who imports whom in the source tree, imports of types included, and that no imports run in a
 * circle. Exits with 1 and names each wrong import; also when it saw too little to be believed.
 */
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { cruise, type IViolation } from 'dependency-cruiser';

import { ARROWS, arrowRules, FREE_FOLDERS } from './arrow-rules.ts';

export interface ArrowReport {
  /** One sentence for each thing that is wrong. */
  readonly problems: readonly string[];
  readonly fileCount: number;
  /** Imports from one first-level folder to another. */
  readonly arrowCount: number;
}

/** What the cruise found: each file with what it imports, and the rules that are broken. */
export interface Cruise {
  readonly modules: readonly {
    readonly source: string;
    readonly dependencies: readonly { readonly resolved: string }[];
  }[];
  readonly violations: readonly IViolation[];
}

/** @param root The top folder of a source tree, absolute. */
export async function checkArrows(root: string): Promise<ArrowReport> {
  const files = sourceFiles(root);
  return judge(files, await cruiseFolders(root, foldersOf(files)));
}

/** Holds what the cruise found against the files that exist. */
export function judge(files: readonly string[], { modules, violations }: Cruise): ArrowReport {
  const folders = foldersOf(files);
  const seen = new Set(modules.map((module) => module.source));
  const arrowCount = modules.flatMap(({ source, dependencies }) =>
    dependencies
      .map(({ resolved }) => firstFolder(resolved))
      .filter((to) => folders.includes(to) && to !== firstFolder(source)),
  ).length;
  const problems = [
    ...folders
      .filter((folder) => !(folder in ARROWS))
      .map((folder) => `${folder}/ has no row in tools/arrow-rules.ts`),
    ...files.filter((file) => !seen.has(file)).map((file) => `${file} exists and was not looked at`),
    ...violations.map(sentenceOf),
  ];
  if (arrowCount === 0) problems.push('Nothing imports from another folder: the check itself must be broken');
  return { problems, fileCount: files.length, arrowCount };
}

/** The sources in first-level folders, as paths from the root. */
function sourceFiles(root: string): string[] {
  const outside = new Set(['node_modules', 'dist', ...FREE_FOLDERS]);
  return globSync('*/**/*.ts', { cwd: root, exclude: (path) => outside.has(path) }).sort();
}

async function cruiseFolders(root: string, folders: string[]): Promise<Cruise> {
  const { output } = await cruise(
    folders,
    {
      baseDir: root,
      validate: true,
      ruleSet: { forbidden: arrowRules() },
      tsPreCompilationDeps: true,
      doNotFollow: { path: '^node_modules/' },
    },
    { exportsFields: ['exports'], conditionNames: ['node', 'import', 'types', 'default'] },
  );
  if (typeof output === 'string') throw new Error('dependency-cruiser gave a text instead of its result');
  return { modules: output.modules, violations: output.summary.violations };
}

/** A chain of imports (a circle, or a way to something out of reach) is given whole. */
function sentenceOf({ from, to, rule, cycle, via }: IViolation): string {
  const chain = (cycle ?? via)?.map((step) => step.name) ?? [to];
  return `${[from, ...chain].join(' -> ')}: ${rule.name}`;
}

function foldersOf(files: readonly string[]): string[] {
  return [...new Set(files.map(firstFolder))];
}

function firstFolder(path: string): string {
  return path.slice(0, path.indexOf('/'));
}

if (import.meta.main) {
  const { problems, fileCount, arrowCount } = await checkArrows(join(import.meta.dirname, '..'));
  if (problems.length > 0) {
    process.stderr.write(problems.map((problem) => `${problem}\n`).join(''));
    process.exitCode = 1;
  } else {
    process.stdout.write(
      `${fileCount} files, ${arrowCount} imports between folders: all arrows point down\n`,
    );
  }
}
